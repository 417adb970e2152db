import { expect, test } from 'vitest'
import { formatOf, formats } from '.'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { fastifySession } from './fastify-session'

type Cookie = { originalMaxAge: number | null; expires: string | null }
// A golden has a cookie.
const timesOf = (tree: unknown) => {
  const { originalMaxAge, expires } = (tree as { cookie: Cookie }).cookie
  return [originalMaxAge, expires === null ? null : Date.parse(expires)]
}
testConformance(
  fastifySession,
  goldensOf('fastify-session').map((golden) => ({ ...golden, timesOf })),
)

const now = Date.UTC(2026, 10, 25, 12)
const at = (time: number) => new Date(time).toISOString()
const session = (expires: string | null, maxAge: number | null) =>
  `{"cookie":{"expires":${JSON.stringify(expires)},"originalMaxAge":${maxAge},"sameSite":null,"secure":false,"path":"/","httpOnly":true,"domain":null},"n":12345678901234567890}`
const extend = (text: string, untilAt: number) => fastifySession.extend?.(rawOf(Buffer.from(text), { now }), untilAt)
const textOf = (extension: ReturnType<typeof extend>) =>
  extension?.rewrite?.type === 'string' ? String(extension.rewrite.bytes) : null

test('past the end of its cookie it is dead, though its key lives', () => {
  const raw = rawOf(Buffer.from(session(at(now - 1), 600_000)), { now, redisExpiresAt: now + 600_000 })
  expect(factsIn(fastifySession.decode(raw))).toMatchObject({ expiresAt: now - 1, lastSeenAt: now - 600_001 })
})

test('an extension moves end and age and not one byte more', () => {
  const extension = extend(session(at(now + 60_000), 600_000), now + 7_200_000)
  expect(textOf(extension)).toBe(session(at(now + 7_200_000), 7_200_000))
  expect(extension).toMatchObject({ expiresAt: now + 7_200_000, notReached: [] })
})

test('an end without an age is moved too, because it is obeyed', () => {
  const extension = extend(session(at(now + 60_000), null), now + 7_200_000)
  expect(textOf(extension)).toBe(session(at(now + 7_200_000), null))
  expect(extension?.notReached).toEqual(['app-timeout'])
})

test('without an end the application’s own timeout is named', () => {
  expect(extend(session(null, null), now + 1)).toEqual({
    rewrite: null,
    expiresAt: now + 1,
    notReached: ['app-timeout'],
  })
})

test('a session of Express with a domain and sameSite of its own stays one of Express', () => {
  const text = `{"cookie":{"originalMaxAge":60000,"expires":"${at(now)}","sameSite":"lax","domain":"example.com","path":"/"}}`
  expect(formatOf(rawOf(Buffer.from(text)), formats).id).toBe('connect-redis')
})
