import { expect, test } from 'vitest'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'
import { koaSession } from './koa-session'

// A golden has both.
const timesOf = (tree: unknown) => [(tree as { _expire: number })._expire, (tree as { _maxAge: number })._maxAge]
testConformance(
  koaSession,
  goldensOf('koa-session').map((golden) => ({ ...golden, timesOf })),
)

const now = Date.UTC(2026, 10, 25, 12)
const text = `{"user":{"id":9},"note":"_expire\\":1",  "_expire":${now + 60_000} , "_maxAge":600000}`

test('past its own end it is dead, though its key lives ten seconds longer', () => {
  const raw = rawOf(Buffer.from(text), { now: now + 65_000, redisExpiresAt: now + 70_000 })
  expect(factsIn(koaSession.decode(raw))).toMatchObject({ expiresAt: now + 60_000 })
})

test('an extension moves both times and not one byte more, and the key outlives it by ten seconds', () => {
  const extension = koaSession.extend?.(rawOf(Buffer.from(text), { now }), now + 7_200_000)
  expect(String(extension?.rewrite?.type === 'string' && extension.rewrite.bytes)).toBe(
    text.replace(String(now + 60_000), String(now + 7_200_000)).replace('600000}', '7200000}'),
  )
  expect(extension).toMatchObject({ expiresAt: now + 7_200_000, keyExpiresAt: now + 7_210_000 })
})

test('one that ends with the browser has no end of its own: its extension is the TTL alone', () => {
  const raw = rawOf(Buffer.from('{"user":{"id":9},"_session":true}'), { now })
  expect(factsIn(koaSession.decode(raw))).toMatchObject({ principal: '9', expiresAt: null })
  expect(koaSession.extend?.(raw, now + 60_000)).toEqual({
    rewrite: null,
    expiresAt: now + 60_000,
    notReached: ['app-timeout'],
  })
})

test('times that are none are not this format', () => {
  for (const odd of ['{"_expire":1}', '{"_expire":"1","_maxAge":"1"}', '{"_session":1}', '{"_maxAge":1}']) {
    expect(koaSession.recognises(rawOf(Buffer.from(odd)))).toBe(false)
  }
})
