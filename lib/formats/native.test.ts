import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Extension } from '@/lib/session/plan'
import { encodeRecord } from '@/lib/store/record'
import { type Golden, rawOf, testConformance } from './conformance'
import { native } from './native'

const folder = new URL('./fixtures/native/', import.meta.url)
const createdAt = Date.UTC(2026, 10, 24, 12)
const hourMs = 3_600_000
const base = { createdAt, idleMs: hourMs / 2, absoluteExpiresAt: createdAt + 12 * hourMs, extendedUntilAt: null }
const device = { ip: '203.0.113.9', userAgent: 'UA/1.0' }
const person = { ...base, principal: '42', data: { userId: 42, name: 'Alice', ...device } }
const records = {
  person,
  anonymous: { ...base, principal: null, absoluteExpiresAt: null, data: { cart: ['book'] } },
  extended: { ...person, extendedUntilAt: createdAt + 3 * hourMs },
}

const facts: Record<keyof typeof records, Golden['facts']> = {
  person: {
    principal: '42',
    label: 'Alice',
    createdAt,
    lastSeenAt: createdAt + 60_000,
    expiresAt: createdAt + 12 * hourMs,
    ...device,
  },
  anonymous: { principal: null, label: null, createdAt, lastSeenAt: createdAt + 60_000, expiresAt: null },
  extended: { principal: '42', label: 'Alice', createdAt, lastSeenAt: null, ...device },
}

const goldens = (['person', 'anonymous', 'extended'] as const).map((name): Golden => {
  const redisExpiresAt = records[name].extendedUntilAt ?? createdAt + 60_000 + hourMs / 2
  const bytes = readFileSync(new URL(`${name}.json`, folder))
  // The goldens are this store's own, which always have the field.
  const timesOf = (tree: unknown) => [(tree as { extendedUntilAt: number | null }).extendedUntilAt]
  const raw = rawOf(bytes, { now: createdAt + 120_000, redisExpiresAt })
  return { name, raw, facts: facts[name], tree: JSON.parse(bytes.toString('utf8')), timesOf }
})

testConformance(native, goldens)

test('the fixtures are byte for byte what the store writes', () => {
  for (const golden of goldens) {
    expect(golden.raw.value).toHaveProperty(
      'bytes',
      Buffer.from(encodeRecord<object>(Object.entries(records).find(([name]) => name === golden.name)?.[1] ?? person)),
    )
  }
})

const reading = { now: createdAt, redisExpiresAt: createdAt + hourMs / 2 }
const textOf = (extension: Extension | null | undefined) =>
  extension?.rewrite?.type === 'string' ? extension.rewrite.bytes.toString() : null

test('an extension ends at the absolute timeout and says so', () => {
  const extension = native.extend?.(rawOf(Buffer.from(encodeRecord(person)), reading), createdAt + 24 * hourMs)
  expect(extension).toMatchObject({ expiresAt: createdAt + 12 * hourMs, notReached: ['absolute-timeout'] })
  expect(textOf(extension)).toBe(encodeRecord({ ...person, extendedUntilAt: createdAt + 12 * hourMs }))
})

test('an extension leaves the data byte for byte, numbers beyond JavaScript included', () => {
  const text = encodeRecord(person).replace('"userId":42', '"userId":12345678901234567890')
  const extension = native.extend?.(rawOf(Buffer.from(text), reading), createdAt + hourMs)
  expect(textOf(extension)).toBe(text.replace('"extendedUntilAt":null', `"extendedUntilAt":${createdAt + hourMs}`))
})

test('an expiry moved by hand tells no visit in the future', () => {
  const later = { now: createdAt, redisExpiresAt: createdAt + 5 * hourMs }
  const decoded = native.decode(rawOf(Buffer.from(encodeRecord(person)), later))
  expect('facts' in decoded && decoded.facts.lastSeenAt).toBeNull()
})

test('an expiry set by the absolute end tells no visit', () => {
  const atTheEnd = { now: createdAt, redisExpiresAt: person.absoluteExpiresAt }
  const decoded = native.decode(rawOf(Buffer.from(encodeRecord(person)), atTheEnd))
  expect('facts' in decoded && decoded.facts.lastSeenAt).toBeNull()
})

test('a principal of any length or kind is no more in a row than any other fact', () => {
  const principalOf = (principal: string) => {
    const decoded = native.decode(rawOf(Buffer.from(encodeRecord({ ...person, principal })), reading))
    return 'facts' in decoded && decoded.facts.principal
  }
  expect(principalOf('x'.repeat(60_000))).toBe('x'.repeat(512))
  expect(principalOf('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl')).toBe('42')
})
