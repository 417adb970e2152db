import { BlockList, isIP } from 'node:net'
import { expiringMs, type SessionFilter } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { flag } from './columns'
import type { Roster } from './roster'

/** What a filter needs beside the roster. `openPerson`: whose handle this is. */
export type FilterContext = { now: number; openPerson(handle: string): string | null }

/** One test a slot, made of only the tests that the filter asks for. */
export function makeTest(roster: Roster, filter: SessionFilter, context: FilterContext): (slot: number) => boolean {
  const { numbers, strings, texts } = roster.columns
  const tests: ((slot: number) => boolean)[] = []

  if (filter.source) {
    const ids = idsOf(strings.source, filter.source)
    tests.push((slot) => ids.has(numbers.source[slot] ?? 0))
  }
  if (filter.format) {
    const ids = idsOf(strings.format, filter.format)
    tests.push((slot) => ids.has(numbers.format[slot] ?? 0))
  }
  if (filter.principal) {
    const ids = idsOf(texts.principal, filter.principal)
    tests.push((slot) => ids.has(numbers.principal[slot] ?? 0))
  }
  if (filter.person) {
    const ids = idsOf(
      texts.principal,
      filter.person.flatMap((handle) => context.openPerson(handle) ?? []),
    )
    tests.push((slot) => ids.has(numbers.principal[slot] ?? 0))
  }
  if (filter.status) {
    const wanted = new Set(filter.status)
    tests.push((slot) => {
      if (((numbers.flags[slot] ?? 0) & flag.readable) === 0) return wanted.has('unreadable')
      const left = (numbers.expiresAt[slot] ?? Number.NaN) - context.now
      if (Number.isNaN(left)) return wanted.has('persistent')
      return wanted.has(left < expiringMs ? 'expiring' : 'active')
    })
  }
  if (filter.finding) {
    const wanted = new Set(filter.finding)
    const { oversizedBytes } = roster.thresholds
    tests.push((slot) => {
      const flags = numbers.flags[slot] ?? 0
      const isReadable = (flags & flag.readable) !== 0
      return (
        (wanted.has('no-expiry') && Number.isNaN(numbers.expiresAt[slot] ?? Number.NaN)) ||
        (wanted.has('oversized') && (numbers.sizeBytes[slot] ?? 0) > oversizedBytes) ||
        (wanted.has('secrets') && numbers.secretNames[slot] !== 0) ||
        (wanted.has('unreadable') && !isReadable) ||
        (wanted.has('anonymous') && isReadable && numbers.principal[slot] === 0) ||
        (wanted.has('truncated') && (flags & flag.truncated) !== 0)
      )
    })
  }
  const { minSizeBytes, maxSizeBytes, expiresBefore, expiresAfter } = filter
  if (minSizeBytes !== undefined) tests.push((slot) => (numbers.sizeBytes[slot] ?? 0) >= minSizeBytes)
  if (maxSizeBytes !== undefined) tests.push((slot) => (numbers.sizeBytes[slot] ?? 0) <= maxSizeBytes)
  // A comparison with NaN is false: a session without an end ends neither before nor after.
  if (expiresBefore !== undefined) tests.push((slot) => (numbers.expiresAt[slot] ?? Number.NaN) < expiresBefore)
  if (expiresAfter !== undefined) tests.push((slot) => (numbers.expiresAt[slot] ?? Number.NaN) > expiresAfter)

  tests.push(...makeClockTests(roster, filter, context.now))

  const { createdBefore, createdAfter, seenBefore, seenAfter } = filter
  if (createdBefore !== undefined) tests.push((slot) => (numbers.createdAt[slot] ?? Number.NaN) < createdBefore)
  if (createdAfter !== undefined) tests.push((slot) => (numbers.createdAt[slot] ?? Number.NaN) > createdAfter)
  if (seenBefore !== undefined) tests.push((slot) => (numbers.lastSeenAt[slot] ?? Number.NaN) < seenBefore)
  if (seenAfter !== undefined) tests.push((slot) => (numbers.lastSeenAt[slot] ?? Number.NaN) > seenAfter)

  if (filter.ip) {
    const hits = matchAddresses(texts.ip, filter.ip)
    tests.push((slot) => hits[numbers.ip[slot] ?? 0] === 1)
  }
  if (filter.device) {
    const devices = filter.device.map((part) => texts.device.search(part.trim().toLowerCase()))
    tests.push((slot) => devices.some((hits) => hits[numbers.device[slot] ?? 0] === 1))
  }
  const whose = (filter.who ?? []).map(needleOf).filter((who) => who !== '')
  if (whose.length > 0) {
    const principals = whose.map((who) => texts.principal.search(who))
    const labels = whose.map((who) => texts.label.search(who))
    tests.push(
      (slot) =>
        principals.some((hits) => hits[numbers.principal[slot] ?? 0] === 1) ||
        labels.some((hits) => hits[numbers.label[slot] ?? 0] === 1),
    )
  }
  for (const needle of [filter.q ?? '', ...(filter.words ?? [])].map(needleOf)) {
    if (needle === '') continue
    const principals = texts.principal.search(needle)
    const labels = texts.label.search(needle)
    const ips = texts.ip.search(needle)
    const devices = texts.device.search(needle)
    tests.push(
      (slot) =>
        principals[numbers.principal[slot] ?? 0] === 1 ||
        labels[numbers.label[slot] ?? 0] === 1 ||
        ips[numbers.ip[slot] ?? 0] === 1 ||
        devices[numbers.device[slot] ?? 0] === 1,
    )
  }
  return (slot) => tests.every((test) => test(slot))
}

/** The bounds that are told from now, and what a session lacks. A time that is not known is within no bound. */
function makeClockTests(roster: Roster, filter: SessionFilter, now: number): ((slot: number) => boolean)[] {
  const { numbers } = roster.columns
  const { expiresAt, createdAt, lastSeenAt } = numbers
  const { no, minTtlMs, maxTtlMs, minAgeMs, maxAgeMs, minIdleMs, maxIdleMs } = filter
  const tests: ((slot: number) => boolean)[] = []
  const within = (
    column: Float64Array,
    bound: number | undefined,
    isWithin: (at: number, bound: number) => boolean,
  ) => {
    if (bound !== undefined) tests.push((slot) => isWithin(column[slot] ?? Number.NaN, bound))
  }
  within(expiresAt, maxTtlMs, (at, bound) => at - now < bound)
  within(expiresAt, minTtlMs, (at, bound) => at - now > bound)
  within(createdAt, maxAgeMs, (at, bound) => now - at < bound)
  within(createdAt, minAgeMs, (at, bound) => now - at > bound)
  within(lastSeenAt, maxIdleMs, (at, bound) => now - at < bound)
  within(lastSeenAt, minIdleMs, (at, bound) => now - at > bound)
  if (no?.includes('ttl')) tests.push((slot) => Number.isNaN(expiresAt[slot] ?? Number.NaN))
  if (no?.includes('user'))
    tests.push((slot) => ((numbers.flags[slot] ?? 0) & flag.readable) !== 0 && numbers.principal[slot] === 0)
  return tests
}

const shortestStepMs = 1000
const longestStepMs = 60_000

/**
 * How long an answer to bounds that go with the clock stands: a sixtieth of the narrowest, between a second and a minute, so that `ttl:<5m` is counted every five seconds
 * and a poll in between is still 304. Null where the filter has no such bound.
 */
export function clockStepMs(filter: SessionFilter): number | null {
  const { minTtlMs, maxTtlMs, minAgeMs, maxAgeMs, minIdleMs, maxIdleMs } = filter
  const bounds = [minTtlMs, maxTtlMs, minAgeMs, maxAgeMs, minIdleMs, maxIdleMs].filter((bound) => bound !== undefined)
  if (bounds.length === 0) return null
  return Math.max(shortestStepMs, Math.min(longestStepMs, Math.floor(Math.min(...bounds) / 60)))
}

const needleOf = (text: string) => text.trim().toLowerCase()

/** The ids of the wanted texts, as a set; a text that nobody has is not in it. */
function idsOf(strings: { find(text: string): number | null }, wanted: string[]): Set<number> {
  return new Set(wanted.flatMap((text) => strings.find(text) ?? []))
}

/** Which addresses of a column are one of these or lie in one of these ranges. Each different address is looked at once, however many rows have it. */
function matchAddresses(strings: { end: number; at(id: number): string | null }, wanted: string[]): Uint8Array {
  const list = readRanges(wanted)
  const hits = new Uint8Array(strings.end)
  for (let id = 1; id < strings.end; id += 1) {
    const address = strings.at(id) ?? ''
    const family = isIP(address)
    if (family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')) hits[id] = 1
  }
  return hits
}

/** `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`. Throws `invalid` with a fault for each that is none of these. */
function readRanges(wanted: string[]): BlockList {
  const list = new BlockList()
  const faults = wanted.flatMap((text, index) => {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
    const family = isIP(address)
    const length = bits === undefined ? null : Number(bits)
    if (family === 0 || (length ?? 0) > (family === 4 ? 32 : 128)) {
      return [{ pointer: `/ip/${index}`, detail: 'is no address and no range such as 10.0.0.0/8' }]
    }
    if (length === null) list.addAddress(address, family === 4 ? 'ipv4' : 'ipv6')
    else list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6')
    return []
  })
  if (faults.length > 0) throw new KnownError('invalid', 'The filter was refused; errors says what.', { faults })
  return list
}
