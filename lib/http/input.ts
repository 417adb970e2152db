import * as z from 'zod/mini'
import type { Fault } from '@/lib/contract/problem'
import { KnownError } from '@/lib/errors'

// Faults are said in words; the browser shows ours and does without them.
z.config(z.locales.en())

const usualBytes = 64 * 1024
const mostFaults = 20
const longestPointer = 200

/** The query as its schema has it. Throws `invalid` with a fault for each parameter that is unknown, given twice or wrong. */
export function parseQuery<T>(parameters: URLSearchParams, schema: z.ZodMiniType<T> | undefined): T | undefined {
  const names = [...parameters.keys()]
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
  if (twice.length > 0) refuse(twice.map((name) => ({ pointer: `?${name}`, detail: 'is given more than once' })))
  if (schema !== undefined) return parse(schema, Object.fromEntries(parameters), ([name]) => `?${String(name ?? '')}`)
  if (names.length > 0) refuse(names.map((name) => ({ pointer: `?${name}`, detail: 'is not known here' })))
  return undefined
}

/**
 * The body as its schema has it; undefined where none is wanted, whatever valid JSON came. Throws `body-too-large` by the bytes that came and not by what a header says,
 * `unsupported-media-type` for anything but JSON, `unreadable-body`, or `invalid`.
 */
export async function parseBody<T>(
  request: Request,
  schema: z.ZodMiniType<T> | undefined,
  mostBytes = usualBytes,
): Promise<T | undefined> {
  const bytes = await readBytes(request, mostBytes)
  if (schema === undefined && bytes.length === 0) return undefined
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new KnownError('unsupported-media-type', 'Send the body as application/json.')
  }
  const value = parseJson(bytes)
  return schema && parse(schema, value, (path) => path.map((step) => `/${escapeStep(step)}`).join(''))
}

async function readBytes(request: Request, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  if (request.body === null) return Buffer.alloc(0)
  for await (const chunk of streamOf(request.body)) {
    length += chunk.length
    if (length > mostBytes) throw new KnownError('body-too-large', `A body may have ${mostBytes / 1024} KiB at most.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* streamOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The parser's own words repeat the body, which may hold a password.
    throw new KnownError('unreadable-body', 'The body is not valid JSON in UTF-8.')
  }
}

function parse<T>(schema: z.ZodMiniType<T>, value: unknown, pointerOf: (path: PropertyKey[]) => string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  return refuse(
    result.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ pointer: pointerOf([...issue.path, key]), detail: 'is not known here' }))
        : [{ pointer: pointerOf(issue.path), detail: issue.message }],
    ),
  )
}

function refuse(faults: Fault[]): never {
  const shown = faults
    .slice(0, mostFaults)
    .map((fault) => ({ ...fault, pointer: fault.pointer.slice(0, longestPointer) }))
  throw new KnownError('invalid', 'Some of the input is missing, unknown or wrong; errors says what.', {
    faults: shown,
  })
}

/** A step of a JSON pointer (RFC 6901). */
function escapeStep(step: PropertyKey): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1')
}
