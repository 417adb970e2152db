import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDenials } from './audit-denials'

const entryOf = (admin: string, outcome: 'denied' | 'done' = 'denied') => ({
  phase: 'outcome' as const,
  deed: 'session.revoke' as const,
  admin,
  handle: null,
  principal: null,
  outcome,
  reason: 'The role viewer may not do this.',
  requestId: 'r',
  ip: null,
})

test('the first denial of a minute is kept, and the next that is kept says how many there were between', () => {
  const denials = createDenials()
  expect(denials.admit(entryOf('eve'), 0)).toEqual(entryOf('eve'))
  for (let at = 1; at <= 500; at += 1) expect(denials.admit(entryOf('eve'), at)).toBeNull()
  expect(denials.admit(entryOf('eve'), 60_000)?.reason).toContain('500 more of these were denied')
})

test('another admin’s denial, a deed that was done and a refused sign-in are always kept', () => {
  const denials = createDenials()
  denials.admit(entryOf('eve'), 0)
  expect(denials.admit(entryOf('vic'), 1)).not.toBeNull()
  expect(denials.admit(entryOf('eve', 'done'), 1)).not.toBeNull()
  const signIn = { ...entryOf('eve'), deed: 'admin.sign-in' as const }
  expect([denials.admit(signIn, 1), denials.admit(signIn, 2)]).not.toContain(null)
})

test('however denials come, each admin’s are kept once a minute at most and every one is counted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('eve', 'vic'), fc.nat(20_000)), { maxLength: 200 }), (steps) => {
      const denials = createDenials()
      const kept = new Map<string, number[]>()
      let now = 0
      let counted = 0
      for (const [admin, pause] of steps) {
        now += pause
        const entry = denials.admit(entryOf(admin), now)
        if (entry === null) continue
        kept.set(admin, [...(kept.get(admin) ?? []), now])
        counted += 1 + Number(/(\d+) more/.exec(entry.reason ?? '')?.[1] ?? 0)
      }
      for (const times of kept.values()) {
        for (const [index, at] of times.entries())
          if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(60_000)
      }
      // The next of each, a minute later, tells of those that no entry told of yet.
      for (const admin of kept.keys()) {
        const entry = denials.admit(entryOf(admin), now + 60_000)
        counted += Number(/(\d+) more/.exec(entry?.reason ?? '')?.[1] ?? 0)
      }
      expect(counted).toBe(steps.length)
    }),
  )
})
