import { readFileSync } from 'node:fs'

export { canary } from './fixtures/hostile-names.mjs'

/** A value of `fixtures/hostile.json`; for tests only. */
export type HostileFile = { name: string; bytes: Buffer }

type Part = string | [times: number, base64: string]

/** Values that broke parsers elsewhere or would run something in a reader that obeys them, in the order of the file: 150 MB together, so one is made at a time. */
export function* hostileFiles(): Generator<HostileFile> {
  // Written by `fixtures/make-hostile.mjs`.
  const files: [name: string, ...Part[]][] = JSON.parse(
    readFileSync(new URL('./fixtures/hostile.json', import.meta.url), 'utf8'),
  )
  for (const [name, ...parts] of files) yield { name, bytes: Buffer.concat(parts.map(bytesOf)) }
}

function bytesOf(part: Part): Buffer {
  if (typeof part === 'string') return Buffer.from(part, 'base64')
  const [times, base64] = part
  const once = Buffer.from(base64, 'base64')
  return Buffer.alloc(times * once.length, once)
}
