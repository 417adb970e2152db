import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { mask } from '@/lib/roster/mask'
import { toWire } from '@/lib/session/tree'
import { factsIn, goldensOf, rawOf, testConformance, treeIn } from './conformance'
import { rack } from './rack'

const goldens = goldensOf('rack')
testConformance(rack, goldens)

const golden = (name: string) => {
  const found = goldens.find((one) => one.name === name)
  if (found === undefined) throw new Error('no such golden')
  return found.raw
}
const treeOf = (hex: string) => rack.decode(rawOf(Buffer.from(hex, 'hex')))

describe('Rack', () => {
  test('the salt of a password and the CSRF token are masked, the id of the person is not', () => {
    const shown = mask(treeIn(rack.decode(golden('signed-in'))), { secretNames: rack.secretNames })
    expect(shown).toEqual({
      'warden.user.user.key': { id: [42], authenticatable_salt: { masked: true } },
      _csrf_token: { masked: true },
    })
  })

  test('objects of Ruby are shown by the names of their classes, a time as that moment', () => {
    const wire = toWire(treeIn(rack.decode(golden('objects'))))
    expect(wire).toMatchObject({
      at: { '#type': 'datetime', '#value': '2026-01-02T03:04:05.005Z' },
      indifferent: { '#type': 'ActiveSupport::HashWithIndifferentAccess', theme: 'dark' },
      struct: { '#type': 'Person', id: 1 },
      range: { '#type': 'Range', excl: false, begin: 1, end: 3 },
      binary: { '#type': 'bytes' },
    })
  })

  test('a large payload comes out with every digit of its integers and what stands in it twice', () => {
    const wire = toWire(treeIn(rack.decode(golden('large'))))
    expect(wire).toMatchObject({
      flags: {
        big: { '#type': 'integer', '#value': String(2n ** 62n) },
        bigger: { '#type': 'integer', '#value': String(2n ** 70n) },
        negative: -7,
        ratio: 0.1,
        symbol: { '#type': 'symbol', '#value': 'dark' },
      },
    })
    expect(JSON.stringify(wire)).toContain('"sku":"sku-0023","title":"Book 23","count":3,"price":28.75')
  })

  test('a composite id is all of its parts, and of none when it was cut', () => {
    // {"warden.user.admin.key" => [[1, 2], "s"]}
    const key = '04087b0649221a77617264656e2e757365722e61646d696e2e6b6579063a064554'
    expect(factsIn(treeOf(`${key}5b075b0769066907220673`))?.principal).toBe('1,2')
    const cut = rack.decode(rawOf(Buffer.from(`${key}5b075b076906`, 'hex'), { isTruncated: true }))
    expect(factsIn(cut)?.principal).toBeNull()
  })

  test('a session under a bare id ends with the one under its hash', () => {
    const id = 'a'.repeat(32)
    const ending = rack.end?.(rawOf(Buffer.from('04087b00', 'hex'), { key: `rack:session:${id}` }))
    const hash = createHash('sha256').update(id).digest('hex')
    expect(ending?.companions).toEqual([{ deed: 'remove', key: Buffer.from(`rack:session:2::${hash}`) }])
    expect(rack.end?.(golden('signed-in')).companions).toEqual([])
  })
})
