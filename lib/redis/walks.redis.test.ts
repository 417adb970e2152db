import { beforeEach, expect, test } from 'vitest'
import { until } from '@/e2e/support/redis'
import { withRedis } from '@/e2e/support/with-redis'
import { formats } from '@/lib/formats'
import { createSource } from './source'
import { patternOf } from './walks'

const own = withRedis()
const never = new AbortController().signal
/** So many that a walk takes several steps. */
const count = 2000

function sourceOf(prefix: string, siblings: string[]) {
  const common = { formats, pinnedFormat: null, isReadOnly: false, origin: 'configured' as const }
  return createSource({
    ...common,
    connection: own.connection,
    id: prefix,
    name: prefix,
    prefix,
    siblings: () => siblings,
  })
}
const both = ['sess:', 'session:']
const two = () => both.map((prefix) => sourceOf(prefix, both))

beforeEach(() => fill(count))

async function fill(most: number) {
  const pipeline = own.server.client().pipeline()
  for (let at = 0; at < most; at += 1) for (const prefix of [...both, 'other:']) pipeline.set(`${prefix}${at}`, '{}')
  await pipeline.exec()
  await own.server.client().call('CONFIG', 'RESETSTAT')
}

async function keysOf(source: ReturnType<typeof sourceOf>, signal = never): Promise<Set<string>> {
  const keys = new Set<string>()
  for await (const batch of source.scan(signal)) for (const key of batch) keys.add(key.toString())
  return keys
}

async function scanCalls(): Promise<number> {
  const stats = await own.server.client().info('commandstats')
  return Number(/^cmdstat_scan:calls=(\d+)/m.exec(stats)?.[1] ?? 0)
}

const isAllOf = (keys: Set<string> | undefined, prefix: string) =>
  keys?.size === count && [...keys].every((key) => key.startsWith(prefix))

test('one walk feeds two sources, each with its own keys and all of them', async () => {
  const [first, second] = await Promise.all(two().map((source) => keysOf(source)))
  expect(isAllOf(first, 'sess:') && isAllOf(second, 'session:')).toBe(true)
})

test('it costs Redis what a walk for one of them costs', async () => {
  await own.server.client().flushall()
  // So few that a walk is one step.
  await fill(10)
  await Promise.all(two().map((source) => keysOf(source)))
  expect(await scanCalls()).toBe(1)
  for (const source of two()) await keysOf(source)
  expect(await scanCalls()).toBe(3)
})

test('one that is broken off ends no other', async () => {
  const [sess, session] = two()
  if (sess === undefined || session === undefined) throw new Error('Not made')
  const abort = new AbortController()
  const broken = (async () => {
    for await (const batch of sess.scan(abort.signal)) if (batch.length > 0) abort.abort(new Error('enough'))
  })()
  const [kept, ended] = await Promise.allSettled([keysOf(session), broken])
  expect(ended).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
  expect(kept.status === 'fulfilled' && isAllOf(kept.value, 'session:')).toBe(true)
})

test('who comes when the others are on their way gets a whole walk of its own', async () => {
  const [sess, session] = two()
  if (sess === undefined || session === undefined) throw new Error('Not made')
  let late: Promise<Set<string>> | null = null
  for await (const batch of sess.scan(never)) if (batch.length > 0) late ??= keysOf(session)
  expect(isAllOf((await late) ?? undefined, 'session:')).toBe(true)
})

test('the walk goes as fast as the slowest takes its batches, and ends when all have left', async () => {
  const [sess, session] = two()
  if (sess === undefined || session === undefined) throw new Error('Not made')
  const abort = new AbortController()
  const slow = session.scan(abort.signal)[Symbol.asyncIterator]()
  let taken = 0
  const quick = (async () => {
    for await (const _ of sess.scan(abort.signal)) taken += 1
  })()
  await slow.next()
  await until('the other has taken the first', () => taken > 0)
  const before = await scanCalls()
  await own.server.client().ping()
  expect([taken, await scanCalls()]).toEqual([1, before])
  abort.abort(new Error('enough'))
  await expect(quick).rejects.toThrow('enough')
  await expect(slow.next()).rejects.toThrow('enough')
  expect(await scanCalls()).toBe(before)
})

test('the pattern tells what the ranges have in common, and no letter of a prefix acts as a sign', () => {
  const pattern = (...prefixes: string[]) => patternOf(prefixes.map((prefix) => ({ prefix, suffix: '' })))
  expect(patternOf([{ prefix: 'a*:', suffix: ':v[1]' }])).toBe('a\\*:*:v\\[1\\]')
  expect(pattern('sess:', 'session:')).toBe('sess[:i]*')
  expect(pattern('sess:', 'django:')).toBe('[sd]*')
  expect(pattern('a:', 'a:b:')).toBe('a:*')
  expect(pattern('a*b', 'a*]')).toBe('a\\**')
  expect(pattern('sä', 'sü')).toBe('s*')
  expect(pattern('', 'x:')).toBe('*')
})
