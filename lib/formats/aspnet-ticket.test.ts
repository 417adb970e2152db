import { expect, test } from 'vitest'
import { fieldOf } from '@/lib/session/raw'
import { formatOf, formats } from '.'
import { aspnetTicket } from './aspnet-ticket'
import { factsIn, goldensOf, testConformance } from './conformance'

const isSealed = (name: string) => name === 'protected'
const goldens = goldensOf('aspnet-ticket', (name) => !isSealed(name))
testConformance(aspnetTicket, goldens)

const dayMs = 86_400_000
const rawNamed = (wanted: string) => {
  const raw = goldensOf('aspnet-ticket', (name) => name === wanted)[0]?.raw
  if (raw === undefined) throw new Error(`no fixture is named ${wanted}`)
  return raw
}
const dataOf = (raw = rawNamed('signed-in')) => fieldOf(raw.value, 'data') ?? Buffer.alloc(0)

function withData(data: Buffer) {
  const raw = rawNamed('signed-in')
  if (raw.value.type !== 'hash') throw new Error('a ticket is a hash')
  const fields = raw.value.fields.map(([name, value]): [Buffer, Buffer] => [
    name,
    String(name) === 'data' ? data : value,
  ])
  return { ...raw, value: { ...raw.value, fields } }
}

test('a sealed ticket is a session all the same, and says that it is sealed', () => {
  const raw = rawNamed('protected')
  expect(formatOf(raw, formats).id).toBe('aspnet-ticket')
  expect(aspnetTicket.decode(raw)).toEqual({
    unreadable: 'It is sealed by DataProtection, so whose it is cannot be told.',
  })
  expect(aspnetTicket.extend?.(raw, raw.now + 30 * dayMs)).toBeNull()
})

test('an extension changes 29 characters of the ticket, its absolute end, and nothing else', () => {
  const raw = rawNamed('signed-in')
  const extension = aspnetTicket.extend?.(raw, raw.now + 30 * dayMs)
  const wholeAt = Math.floor((raw.now + 30 * dayMs) / 1000) * 1000
  expect(extension).toMatchObject({ expiresAt: wholeAt, notReached: ['browser-cookie'] })
  const fields = Object.fromEntries(
    (extension?.rewrite?.type === 'hash' ? extension.rewrite.fields : []).map(([name, value]) => [String(name), value]),
  )
  const until = new Date(wholeAt).toUTCString()
  const before = new Date(factsIn(aspnetTicket.decode(raw))?.expiresAt ?? 0).toUTCString()
  expect(fields.data?.toString('latin1')).toBe(
    dataOf().toString('latin1').replace(`.expires\x1d${before}`, `.expires\x1d${until}`),
  )
  expect(String(fields.absexp)).toBe(String((BigInt(wholeAt) + 62_135_596_800_000n) * 10_000n))
  expect(Object.keys(fields)).toEqual(['data', 'absexp'])
})

test('a ticket that ends early or whose counts lie is unreadable, and quickly', () => {
  const lying = Buffer.from(dataOf())
  // The count of identities stands behind the scheme.
  lying.writeInt32LE(0x7fffffff, 4 + 1 + 'Cookies'.length)
  const startedAt = performance.now()
  for (const data of [lying, dataOf().subarray(0, 60), dataOf().subarray(0, -1)]) {
    const raw = withData(data)
    expect(formatOf(raw, formats).id).toBe('aspnet-ticket')
    expect(aspnetTicket.decode(raw)).toEqual({ unreadable: 'It is a ticket that is not whole.' })
    expect(aspnetTicket.extend?.(raw, raw.now + 30 * dayMs)).toBeNull()
  }
  expect(performance.now() - startedAt).toBeLessThan(500)
})

test('a ticket that was cut keeps the claims of its head', () => {
  const raw = withData(dataOf().subarray(0, -40))
  const decoded = aspnetTicket.decode({ ...raw, value: { ...raw.value, isTruncated: true } })
  expect(factsIn(decoded)).toMatchObject({ principal: '42', label: 'Ann Example', expiresAt: null })
})

test('other entries of the cache are no tickets', () => {
  for (const hex of ['', '05000000', '0500000000', '060000000741', '0200000000']) {
    expect(aspnetTicket.recognises(withData(Buffer.from(hex, 'hex'))), hex).toBe(false)
  }
})

test('usual keys tell the prefix, with an instance name or without', () => {
  const id = '47b344e9-0a84-4268-8276-d03b2d6618c7'
  for (const prefix of ['AuthSessionStore-', 'shop:AuthSessionStore-']) {
    expect(aspnetTicket.usualKeys[0]?.exec(prefix + id)?.[1]).toBe(prefix)
  }
})
