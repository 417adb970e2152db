import { expect, test } from 'vitest'
import { isLeaf } from '@/lib/session/tree'
import { factsIn, goldensOf, testConformance } from './conformance'
import { isObject, own } from './json'
import { scs } from './scs'

const goldens = goldensOf('scs').map((golden) => ({
  ...golden,
  timesOf: (tree: unknown) => {
    const deadline = isObject(tree) ? own(tree, 'Deadline') : null
    return [isLeaf(deadline) ? Date.parse(deadline.text) : null]
  },
}))
testConformance(scs, goldens)

test('an extension changes the eight bytes of seconds and four of nanoseconds of the deadline, and no other', () => {
  for (const { raw } of goldens) {
    const untilAt = raw.now + 30 * 86_400_000 + 7
    const extension = scs.extend?.(raw, untilAt)
    if (raw.value.type !== 'string' || extension?.rewrite?.type !== 'string') throw new Error('not rewritten')
    const { bytes } = extension.rewrite
    const before = raw.value.bytes
    expect(bytes).toHaveLength(before.length)
    const changed = [...bytes.keys()].filter((at) => bytes[at] !== before[at])
    expect((changed.at(-1) ?? 0) - (changed[0] ?? 0)).toBeLessThan(12)
    const extended = { ...raw, value: { ...raw.value, bytes } }
    expect(factsIn(scs.decode(extended))).toEqual({ ...factsIn(scs.decode(raw)), expiresAt: untilAt })
  }
})

test('a TTL before the deadline tells of an idle timeout, and only then is it named', () => {
  const [{ raw } = { raw: null }] = goldens
  if (raw === null) throw new Error('no golden')
  const untilAt = raw.now + 7 * 86_400_000
  expect(scs.extend?.(raw, untilAt)?.notReached).toEqual(['browser-cookie'])
  const idle = { ...raw, redisExpiresAt: raw.now + 1_200_000 }
  expect(scs.extend?.(idle, untilAt)?.notReached).toEqual(['app-timeout', 'browser-cookie'])
})
