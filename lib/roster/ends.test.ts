import { expect, test } from 'vitest'
import { createEnds } from './ends'

const at = 1_800_000_000_000 - (1_800_000_000_000 % 60_000)
const who = { principal: '42', createdAt: null }
const about = { at, principal: '42', label: 'Alice' }

test('what comes and goes is counted by the minute and by cause', () => {
  const ends = createEnds()
  ends.arrive('sess', 'a', at, who)
  ends.leave('sess', 'a', { ...about, cause: 'expired' })
  ends.leave('sess', 'b', { ...about, cause: 'ended', at: at + 60_000 })
  expect(ends.minute(at)).toEqual({ arrived: 1, expired: 1, ended: 0, revoked: 0, cameBack: 0 })
  expect(ends.minute(at + 60_000)).toMatchObject({ expired: 0, ended: 1 })
})

test('an end that a deed announced is the deed’s, also when Redis tells of it first', () => {
  const ends = createEnds()
  ends.expect('sess', 'a', 'revoked', at)
  ends.leave('sess', 'a', { ...about, cause: 'ended' })
  expect(ends.find('sess', 'a')).toMatchObject({ cause: 'revoked', endedAt: at, label: 'Alice' })
  ends.expect('sess', 'b', 'revoked', at - 60_000)
  ends.leave('sess', 'b', { ...about, cause: 'ended' })
  expect(ends.find('sess', 'b')?.cause).toBe('ended')
})

test('a revoked session that lives again came back, once, and not where an undo brought it', () => {
  const ends = createEnds()
  for (const key of ['a', 'b']) ends.leave('sess', key, { ...about, cause: 'revoked' })
  ends.forget('sess', 'b')
  for (const key of ['a', 'a', 'b']) ends.arrive('sess', key, at, who)
  expect(ends.minute(at)).toMatchObject({ revoked: 2, arrived: 3, cameBack: 1 })
})

test('a new sign-in under the key of a revoked session did not come back: of another person, of the first, or of a later time', () => {
  const ends = createEnds()
  for (const key of ['a', 'b', 'c']) ends.leave('sess', key, { ...about, cause: 'revoked' })
  ends.leave('sess', 'nobody', { ...about, principal: null, cause: 'revoked' })
  ends.arrive('sess', 'a', at, { principal: '43', createdAt: null })
  ends.arrive('sess', 'b', at + 2, { principal: '42', createdAt: at + 1 })
  ends.arrive('sess', 'nobody', at, who)
  expect(ends.total()).toMatchObject({ arrived: 3, cameBack: 0 })
  ends.arrive('sess', 'c', at + 2, { principal: '42', createdAt: at - 1 })
  expect(ends.listReturned()).toMatchObject([{ key: 'c' }])
})

test('ten thousand ended sessions are remembered, the newest', () => {
  const ends = createEnds()
  for (let index = 0; index < 10_500; index += 1) ends.leave('sess', `k${index}`, { ...about, cause: 'ended' })
  expect([ends.find('sess', 'k499'), ends.find('sess', 'k10499')?.cause]).toEqual([null, 'ended'])
})
