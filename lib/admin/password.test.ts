import { hash } from '@node-rs/argon2'
import { expect, test } from 'vitest'
import { isKnownError } from '@/lib/errors'
import { createPasswords } from './password'

const passwords = createPasswords()
const password = 'correct horse battery staple'

test('a password is hashed with argon2id at today’s cost, salted, and found again', async () => {
  const [one, two] = await Promise.all([passwords.hash(password), passwords.hash(password)])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(one).not.toBe(two)
  expect(await passwords.check(one, password)).toBe(true)
  expect(passwords.isWeak(one)).toBe(false)
})

test('every character counts: none is cut off, folded or trimmed', async () => {
  const long = `${'pässwörd 🔑 '.repeat(90)}end`
  const known = await passwords.hash(long)
  expect(await passwords.check(known, long)).toBe(true)
  for (const other of [long.slice(0, -1), long.toUpperCase(), ` ${long}`, `${long}\0`, '']) {
    expect(await passwords.check(known, other)).toBe(false)
  }
})

test('however a keyboard spells a letter with a mark, it is the same password', async () => {
  const known = await passwords.hash('a\u0308pfel und birnen'.normalize('NFD'))
  expect(await passwords.check(known, '\u00e4pfel und birnen')).toBe(true)
  expect(await passwords.check(known, 'apfel und birnen')).toBe(false)
})

test('for an unknown person the answer is no, even for the password that the work is done on', async () => {
  expect(await passwords.check(null, 'nobody has this password')).toBe(false)
})

test('an unknown person is as much work as a known one with a wrong password', async () => {
  const known = await passwords.hash(password)
  // In processor time: what else the machine does meanwhile is not in it.
  const costOf = async (hash: string | null) => {
    const from = process.cpuUsage()
    await passwords.check(hash, 'a wrong password')
    const { user, system } = process.cpuUsage(from)
    return user + system
  }
  await passwords.check(null, '')
  const costs: { unknown: number[]; known: number[] } = { unknown: [], known: [] }
  for (let round = 0; round < 15; round++) {
    costs.unknown.push(await costOf(null))
    costs.known.push(await costOf(known))
  }
  const middle = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN
  const ratio = middle(costs.unknown) / middle(costs.known)
  expect(ratio).toBeGreaterThan(0.75)
  expect(ratio).toBeLessThan(1.33)
})

test('a hash of lesser cost is weak', async () => {
  expect(passwords.isWeak(await hash(password, { memoryCost: 8192, timeCost: 2, parallelism: 1 }))).toBe(true)
  expect(passwords.isWeak(await hash(password, { memoryCost: 19_456, timeCost: 1, parallelism: 1 }))).toBe(true)
})

test('of 200 at once two are hashed, twenty wait and the rest is refused; then there is room again', async () => {
  const known = await passwords.hash(password)
  const ends = await Promise.allSettled(Array.from({ length: 200 }, () => passwords.check(known, password)))
  const refused = ends.filter(
    (end) => end.status === 'rejected' && isKnownError(end.reason) && end.reason.code === 'too-many',
  )
  expect(refused).toHaveLength(178)
  expect(ends.filter((end) => end.status === 'fulfilled' && end.value)).toHaveLength(22)
  expect(await passwords.check(known, password)).toBe(true)
})
