import { expect, test } from 'vitest'
import { authjs } from './authjs'
import { factsIn, goldensOf, rawOf, testConformance } from './conformance'

// A golden has an end.
const timesOf = (tree: unknown) => [Date.parse((tree as { expires: string }).expires)]
testConformance(
  authjs,
  goldensOf('authjs').map((golden) => ({ ...golden, timesOf })),
)

const now = Date.UTC(2026, 10, 25, 12)
const key = 'shop:user:session:tok-1'
const session = (expiresAt: number) =>
  `{"sessionToken":"tok-1","userId":"ae76","expires":"${new Date(expiresAt).toISOString()}","n":12345678901234567890}`
const rawAt = (expiresAt: number, related: (Buffer | null)[] = []) =>
  rawOf(Buffer.from(session(expiresAt)), { now, redisExpiresAt: null, key, related })

test('without a TTL its own end decides, and past it it is dead', () => {
  expect(factsIn(authjs.decode(rawAt(now - 1)))).toMatchObject({ expiresAt: now - 1, principal: 'ae76', label: null })
})

test('the person’s own record beside it gives the name; without one there is none', () => {
  expect(authjs.related?.(rawAt(now))).toEqual([Buffer.from('shop:user:ae76')])
  const labelOf = (record: string | null) =>
    factsIn(authjs.decode(rawAt(now, [record === null ? null : Buffer.from(record)])))?.label
  expect(labelOf('{"id":"ae76","name":"Ann","email":"ann@example.com"}')).toBe('Ann')
  expect(labelOf('{"id":"ae76","email":"ann@example.com"}')).toBe('ann@example.com')
  for (const odd of [null, '', '[1]', '"Ann"', '{"name":{}}']) expect(labelOf(odd)).toBeNull()
})

test('an extension moves the end and not one byte more, and gives the key no TTL', () => {
  const extension = authjs.extend?.(rawAt(now + 60_000), now + 7_200_000)
  expect(String(extension?.rewrite?.type === 'string' && extension.rewrite.bytes)).toBe(session(now + 7_200_000))
  expect(extension).toMatchObject({ expiresAt: now + 7_200_000, keyExpiresAt: null })
})

test('the pointer by the person’s id goes only where it points at this session', () => {
  const [write] = authjs.end?.(rawAt(now)).companions ?? []
  if (write?.deed !== 'rewrite') throw new Error('no pointer')
  expect(String(write.key)).toBe('shop:user:session:by-user-id:ae76')
  expect(write.change(Buffer.from(key))).toBeNull()
  const other = Buffer.from('shop:user:session:tok-2')
  expect(write.change(other)).toBe(other)
  expect(write.undo(null)).toEqual(Buffer.from(key))
  expect(write.undo(other)).toBe(other)
})
