import { describe, expect, test } from 'vitest'
import { createCompanionTest, formats } from '.'
import { goldensOf, testConformance } from './conformance'
import { gitlab } from './gitlab'

const goldens = goldensOf('gitlab')
testConformance(gitlab, goldens)

const golden = (name: string) => {
  const found = goldens.find((one) => one.name === name)
  if (found === undefined) throw new Error('no such golden')
  return found.raw
}

describe('GitLab', () => {
  const signedIn = golden('signed-in')
  const id = signedIn.rest
  const active = Buffer.from(`session:user:gitlab::v2:42:${id}`)
  const activeBefore = Buffer.from(`session:user:gitlab:42:${id}`)

  test('address and times come from the key beside it, which is no session', () => {
    expect(gitlab.related?.(signedIn)).toEqual([active, activeBefore])
    expect(gitlab.related?.(golden('anonymous'))).toEqual([])
    const isCompanion = createCompanionTest(formats)
    const beside = ['session:lookup:user:gitlab:42', 'session:lookup:ip:gitlab2:203.0.113.9', 'session:otp:1:2']
    expect([...beside, active.toString()].map(isCompanion)).not.toContain(false)
    expect(isCompanion(signedIn.key.toString())).toBe(false)
  })

  test('it ends with both keys that tell of it, and leaves the set of its person', () => {
    expect(gitlab.end?.(signedIn).companions).toEqual([
      { deed: 'leave', key: Buffer.from('session:lookup:user:gitlab:42'), type: 'set', member: Buffer.from(id) },
      { deed: 'remove', key: active },
      { deed: 'remove', key: Buffer.from(`session:user:gitlab:42:${id}`) },
    ])
    expect(gitlab.end?.(golden('anonymous')).companions).toEqual([])
  })

  test('an extension reaches the key that tells of it', () => {
    const untilAt = signedIn.now + 30 * 86_400_000
    expect(gitlab.extend?.(signedIn, untilAt)).toEqual({
      rewrite: null,
      expiresAt: untilAt,
      companions: [active, activeBefore].map((key) => ({ deed: 'expire', key, untilAt, otherwise: null })),
      notReached: ['app-timeout', 'browser-cookie'],
    })
  })

  test('of the two that tell of it the newer is believed, and one that cannot be read tells nothing', () => {
    const old = golden('before-15').related[1] ?? null
    const [newer = null] = signedIn.related
    const factsWith = (related: (Buffer | null)[]) => gitlab.decode({ ...signedIn, related })
    const known = { ip: '203.0.113.9' }
    expect(factsWith([null, old])).toMatchObject({ facts: known })
    const other = Buffer.from(String(newer).replace('203.0.113.9', '198.51.100.7'))
    expect(factsWith([other, old])).toMatchObject({ facts: { ip: '198.51.100.7' } })
    for (const broken of [Buffer.from('v2:{'), Buffer.from([4, 8, 0x6f]), Buffer.alloc(0)])
      expect(factsWith([broken, broken])).toMatchObject({ facts: { principal: '42', ip: null } })
  })

  test('a person whose id is none of GitLab leads to no other key', () => {
    // {"warden.user.user.key" => [["1:*"], "s"]}
    const hex = '04087b0649221977617264656e2e757365722e757365722e6b6579063a0645545b075b06220831 3a2a220673'.replace(
      ' ',
      '',
    )
    const raw = { ...signedIn, value: { type: 'string' as const, bytes: Buffer.from(hex, 'hex'), isTruncated: false } }
    expect(gitlab.decode(raw)).toMatchObject({ facts: { principal: '1:*' } })
    expect(gitlab.related?.(raw)).toEqual([])
    expect(gitlab.end?.(raw).companions).toEqual([])
  })
})
