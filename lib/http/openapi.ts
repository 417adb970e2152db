import * as z from 'zod/mini'
import { cookieName } from '@/lib/admin/cookie'
import { leastRoleOf } from '@/lib/admin/roles'
import * as account from '@/lib/contract/account'
import * as admin from '@/lib/contract/admin'
import * as audit from '@/lib/contract/audit'
import * as consoleSession from '@/lib/contract/console-session'
import * as demo from '@/lib/contract/demo'
import * as finding from '@/lib/contract/finding'
import * as job from '@/lib/contract/job'
import * as login from '@/lib/contract/login'
import { type Operation, operations } from '@/lib/contract/operations'
import * as overview from '@/lib/contract/overview'
import * as person from '@/lib/contract/person'
import * as problem from '@/lib/contract/problem'
import * as session from '@/lib/contract/session'
import * as source from '@/lib/contract/source'
import * as token from '@/lib/contract/token'
import * as view from '@/lib/contract/view'
import { statusOf } from './problem'

type Json = { [name: string]: unknown }

/** Schemas with a name of their own in the document: those that are exported under one. */
const modules = [
  account,
  admin,
  audit,
  consoleSession,
  demo,
  finding,
  job,
  login,
  overview,
  person,
  problem,
  session,
  source,
  token,
  view,
]
const names = new Map<unknown, string>(
  modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]): [unknown, string][] =>
      /^[A-Z]/.test(name) && value instanceof z.ZodMiniType ? [[value, name]] : [],
    ),
  ),
)
const place = (name: string) => `#/components/schemas/${name}`

/** The interface as an OpenAPI 3.1 document, made of the contract's schemas and the list of operations. Pure. `basePath` as in the settings. */
export function makeDocument({ version, basePath }: { version: string; basePath: string }): Json {
  const paths: Record<string, Json> = {}
  for (const [key, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = key.split(' ')
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(method, path, operation) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rollcall',
      version,
      description: 'Times are epoch milliseconds, durations milliseconds, sizes bytes; null means none.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: basePath || '/' }],
    security: [{ console: [] }, { token: [] }],
    paths,
    components: {
      schemas: nameSchemas(),
      securitySchemes: {
        console: { type: 'apiKey', in: 'cookie', name: cookieName },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

/** All named schemas as answers have them, each reference by name. */
function nameSchemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [schema, id] of names) {
    // Only schemas are in the map.
    if (isAnswer(schema)) registry.add(schema as z.ZodMiniType, { id })
  }
  const { schemas } = z.toJSONSchema(registry, { uri: place, io: 'output' })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, clean(schema, 'answered')]))
}

/** What a caller sends stands where it is sent, in the shape of what is sent. */
const sent = new Set<unknown>(Object.values(operations).flatMap(({ query, body }) => [query, body]))
const isAnswer = (schema: unknown) => !sent.has(schema)

function toOperation(method: string, path: string, operation: Operation): Json {
  const { summary, deed, query, body, isPolled } = operation
  const parameters = [...pathParameters(path), ...queryParameters(query), ...(isPolled ? pollParameters : [])]
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+([a-z])/gi, (_, letter) => letter.toUpperCase()).replace(/\W+/g, '')}`,
    summary,
    ...(deed ? { description: `Deed \`${deed}\`: for the role ${leastRoleOf(deed)} and above.` } : {}),
    ...(operation.open ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: clean(z.toJSONSchema(body, { io: 'input' }), 'sent') } },
          },
        }
      : {}),
    responses: { ...answersOf(operation), ...problemsOf(method, path, operation) },
  }
}

function answersOf({ answers, file, isPolled }: Operation): Json {
  const found = Object.entries(answers).map(([status, answer]): [string, Json] => {
    if (answer === null) return [status, { description: 'Nothing more to say.' }]
    if (typeof answer === 'string') return [status, { description: 'The answer.', content: { [answer]: {} } }]
    return [status, { description: 'The answer.', content: { 'application/json': { schema: refer(answer) } } }]
  })
  const whole = file && { 'text/csv': {}, 'application/json': { schema: { type: 'array', items: refer(file) } } }
  return {
    ...Object.fromEntries(found),
    ...(whole ? { 200: { description: 'A file.', content: whole } } : {}),
    ...(isPolled ? { 304: { description: 'What the caller has is still true.' } } : {}),
  }
}

/** Every code that this operation may answer with, by status. */
function problemsOf(method: string, path: string, operation: Operation): Json {
  const isUnsafe = method !== 'GET'
  const isHostFree = !path.startsWith('/api/')
  const codes = new Set<problem.ProblemCode>([
    ...(operation.open ? [] : (['unauthenticated', 'too-many'] as const)),
    ...(isUnsafe ? (['cross-origin', 'unreadable-body', 'body-too-large', 'unsupported-media-type'] as const) : []),
    ...(operation.deed ? (['forbidden'] as const) : []),
    ...(path.includes('{') ? (['not-found'] as const) : []),
    ...(isHostFree ? [] : (['wrong-host'] as const)),
    'invalid',
    'source-unavailable',
    'internal',
    ...(operation.problems ?? []),
  ])
  const statuses = [...new Set([...codes].map(statusOf))].sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status) => {
      const said = [...codes].filter((code) => statusOf(code) === status).map((code) => `\`${code}\``)
      const content = { 'application/problem+json': { schema: { $ref: place('Problem') } } }
      return [status, { description: `Problem ${said.join(' or ')}.`, content }]
    }),
  )
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

/** Several values of one name are one text, separated by commas. */
function queryParameters(query: Operation['query']): Json[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' })
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(typeof schema === 'object' && schema.type === 'array' ? { style: 'form', explode: false } : {}),
    schema,
  }))
}

const pollParameters = [
  { name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string' } },
  { name: 'X-Poll', in: 'header', required: false, schema: { type: 'string', enum: ['1'] } },
]

function refer(schema: z.ZodMiniType<unknown>): Json {
  const name = names.get(schema)
  return name === undefined ? clean(z.toJSONSchema(schema, { io: 'output' }), 'answered') : { $ref: place(name) }
}

/**
 * Without what only a schema on its own needs. What is sent is refused with a field too many, and the document says so; an answer may have more fields one day,
 * and the document must not forbid it to those who read by it.
 */
function clean(value: unknown, direction: 'sent' | 'answered'): Json {
  const isLeftOut = (name: string, inner: unknown) =>
    name === '$schema' ||
    name === '$id' ||
    (direction === 'answered' && name === 'additionalProperties' && inner === false)
  const walk = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(walk)
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(
      Object.entries(one)
        .filter(([name, inner]) => !isLeftOut(name, inner))
        .map(([name, inner]) => [name, walk(inner)]),
    )
  }
  // An object goes in, so an object comes out.
  return walk(value) as Json
}
