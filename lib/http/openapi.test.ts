import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import { operations } from '@/lib/contract/operations'
import { type Claims, claimsOf } from './claims'
import { makeDocument } from './openapi'
import { templateOf } from './template'

const root = new URL('../../app', import.meta.url).pathname
const document = makeDocument({ version: '1.2.3', basePath: '/rollcall' })

/** `app/api/sessions/[handle]/route.ts` is `/api/sessions/{handle}`. */
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('route.ts'))
  .map((file) => ({
    file: join(root, file),
    path: `/${file}`.replace(/\/route\.ts$/, '').replace(/\[(\w+)\]/g, '{$1}'),
  }))

/** What the routes themselves say, by `GET /api/…`. */
async function readRoutes(): Promise<Map<string, Claims[string]>> {
  const found = new Map<string, Claims[string]>()
  for (const { file, path } of files) {
    const { GET } = await import(file)
    for (const [method, claim] of Object.entries(claimsOf(GET) ?? {})) found.set(`${method} ${path}`, claim)
  }
  return found
}

let routes: Awaited<ReturnType<typeof readRoutes>>
// Every route of the application is compiled for this, which takes its time.
beforeAll(async () => {
  routes = await readRoutes()
}, 60_000)

describe('the list of operations', () => {
  test('has every method of every route, and none that there is not', () => {
    expect(routes.size).toBeGreaterThan(20)
    expect(Object.keys(operations).sort()).toEqual([...routes.keys()].sort())
    // Every route is compiled for the first time here.
  }, 60_000)

  test('says of each the deed, query and body that the route itself asks for', () => {
    const listed: Claims = operations
    for (const [key, claim] of routes) {
      for (const what of ['open', 'deed', 'query', 'body'] as const) {
        // The very same schema: an equal one would let the two drift.
        expect(Object.is(listed[key]?.[what], claim[what]), `${key}: ${what}`).toBe(true)
      }
    }
  })
})

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    expect(errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })

  test('the judge of that finds what is wrong', async () => {
    const broken = { ...structuredClone(document), paths: { '/api/me': { get: { responses: 'none' } } } }
    expect((await new Validator().validate(broken)).valid).toBe(false)
  })

  test('holds each operation under a name of its own, and every reference leads somewhere', () => {
    const text = JSON.stringify(document)
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(Object.keys(operations).length)
    const { schemas } = document.components as { schemas: Record<string, unknown> }
    const referred = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref))
    for (const ref of referred) expect(Object.keys(schemas)).toContain(ref?.replace('#/components/schemas/', ''))
    expect(referred.size).toBeGreaterThan(15)
  })

  test('does not forbid an answer to grow, but a field too many in what is sent', () => {
    const { schemas } = document.components as { schemas: Record<string, unknown> }
    expect(JSON.stringify(schemas.SessionPage)).not.toContain('"additionalProperties":false')
    expect(JSON.stringify(document.paths)).toContain('"additionalProperties":false')
  })
})

test.each([
  ['/api/sessions', '/api/sessions'],
  ['/api/sessions/search', '/api/sessions/search'],
  ['/api/sessions/AbC-_1', '/api/sessions/{handle}'],
  ['/api/jobs/x/report', '/api/jobs/{job}/report'],
  ['/api/sessions/x/y/z', 'other'],
  ['/api/nowhere/alice', 'other'],
  ['/metrics', '/metrics'],
])('a request for %s counts under %s', (path, template) => {
  expect(templateOf(path)).toBe(template)
})
