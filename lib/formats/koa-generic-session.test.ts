import { expect, test } from 'vitest'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { koaGenericSession } from './koa-generic-session'

// A golden has a cookie, with an age or null.
const timesOf = (tree: unknown) => [(tree as { cookie: { maxAge: number | null } }).cookie.maxAge]
testConformance(
  koaGenericSession,
  goldensOf('koa-generic-session').map((golden) => ({ ...golden, timesOf })),
)

const now = Date.UTC(2026, 10, 25, 12)
const cookie = '{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge": 600000}'

test('no time in it ends it: it lives as long as its key', () => {
  const raw = rawOf(Buffer.from(`{"cookie":${cookie}}`), { now, redisExpiresAt: now + 9_000_000 })
  expect(factsIn(koaGenericSession.decode(raw))).toMatchObject({ expiresAt: null })
})

test('an extension raises the age that later saves use, never lowers it, and changes not one byte more', () => {
  const text = `{"cookie":${cookie},"user":{"id":12345678901234567890}}`
  const extend = (untilAt: number) => koaGenericSession.extend?.(rawOf(Buffer.from(text), { now }), untilAt)
  const longer = extend(now + 7_200_000)
  expect(String(longer?.rewrite?.type === 'string' && longer.rewrite.bytes)).toBe(text.replace('600000', '7200000'))
  expect(longer).toMatchObject({ expiresAt: now + 7_200_000, notReached: ['browser-cookie'] })
  expect(extend(now + 60_000)?.rewrite).toBeNull()
})

test('without an age the application’s own timeout is named', () => {
  const raw = rawOf(Buffer.from('{"cookie":{"overwrite":true,"signed":true,"maxAge":null}}'), { now })
  expect(koaGenericSession.extend?.(raw, now + 1)).toEqual({
    rewrite: null,
    expiresAt: now + 1,
    notReached: ['app-timeout'],
  })
})
