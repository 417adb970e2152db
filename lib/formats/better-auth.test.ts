import { expect, test } from 'vitest'
import type { CompanionWrite } from '@/lib/session/plan'
import { createCompanionTest } from '.'
import { betterAuth } from './better-auth'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'

// A golden has an end.
const timesOf = (tree: unknown) => [Date.parse((tree as { session: { expiresAt: string } }).session.expiresAt)]
testConformance(
  betterAuth,
  goldensOf('better-auth').map((golden) => ({ ...golden, timesOf })),
)

const now = Date.UTC(2026, 10, 25, 12)
const at = (time: number) => new Date(time).toISOString()
const token = 'rQF5abcdefghijklmnopqrstuvwxyzpg'
const session = (expiresAt: number) =>
  `{"session":{"token":"${token}","userId":"u-1","expiresAt":"${at(expiresAt)}","n":12345678901234567890},"user":{"id":"u-1","name":"Ann"}}`
const rawAt = (expiresAt: number, key = `better-auth:${token}`) =>
  rawOf(Buffer.from(session(expiresAt)), { now, redisExpiresAt: now + 900_000, key })
const untilAt = now + 7_200_000

function listWriteOf(companions: CompanionWrite[] | undefined) {
  const [write] = companions ?? []
  if (write?.deed !== 'rewrite') throw new Error('no rewrite of the list')
  return write
}
const listOf = (...entries: [token: string, expiresAt: number][]) =>
  Buffer.from(JSON.stringify(entries.map(([one, expiresAt]) => ({ token: one, expiresAt }))))

test('past its own end it is dead, though its key lives', () => {
  expect(factsIn(betterAuth.decode(rawAt(now - 1)))).toMatchObject({ expiresAt: now - 1, principal: 'u-1' })
})

test('an extension moves the end and not one byte more, and the list with it', () => {
  const extension = betterAuth.extend?.(rawAt(now + 60_000), untilAt)
  expect(String(extension?.rewrite?.type === 'string' && extension.rewrite.bytes)).toBe(session(untilAt))
  const write = listWriteOf(extension?.companions)
  expect(write).toMatchObject({ key: Buffer.from('better-auth:active-sessions-u-1'), untilAt })
  expect(write.change(listOf([token, now + 60_000], ['other', now + 90_000]))).toEqual(
    listOf(['other', now + 90_000], [token, untilAt]),
  )
})

test('a place in the list is never shortened, and a list without it stays the same', () => {
  const write = listWriteOf(betterAuth.extend?.(rawAt(untilAt + 60_000), untilAt)?.companions)
  for (const bytes of [
    listOf([token, untilAt + 60_000]),
    listOf(['other', 1]),
    Buffer.from('{}'),
    Buffer.from('[{]'),
  ]) {
    expect(write.change(bytes)).toBe(bytes)
  }
})

test('ended, it leaves the list, whose last place takes the list along; an undo is the inverse', () => {
  const write = listWriteOf(betterAuth.end?.(rawAt(now + 60_000)).companions)
  const both = listOf([token, now + 60_000], ['other', now + 90_000])
  const left = write.change(both)
  expect(left).toEqual(listOf(['other', now + 90_000]))
  expect(write.undo(left)).toEqual(both)
  expect(write.change(listOf([token, 1]))).toBeNull()
  expect(write.undo(null)).toEqual(listOf([token, now + 60_000]))
})

test('a list too long to be read whole is not written back by half', () => {
  const long = listOf(...Array.from({ length: 11_000 }, (_, index): [string, number] => [`t${index}`, 1]), [token, 2])
  expect(listWriteOf(betterAuth.end?.(rawAt(now + 60_000)).companions).change(long)).toBe(long)
})

test('under a key that is not its token nothing beside it is touched', () => {
  expect(betterAuth.end?.(rawAt(now + 60_000, 'copy:of-it')).companions).toEqual([])
})

test.each([
  'verification:reset-password:abc',
  'active-sessions-u-1',
  'revoked-sessions-before-u-1',
  '203.0.113.9|/sign-in/email',
])('what it keeps under %s is no session', (key) => {
  const isCompanion = createCompanionTest([betterAuth])
  expect([isCompanion(`better-auth:${key}`), isCompanion(key)]).toEqual([true, true])
  expect(isCompanion(`better-auth:${token}`)).toBe(false)
})
