import { BlockList, isIP } from 'node:net'
import { expiringMs, type RowFinding, type SessionFilter, type SessionStatus } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { flag } from './columns'
import type { Roster } from './roster'
import type { Strings } from './strings'

const dot = 46
const zero = 48

/** What a filter needs beside the roster. `openPerson`: whose handle this is. */
export type FilterContext = { now: number; openPerson(handle: string): string | null }

type Test = (slot: number) => boolean
type Column = Uint32Array | Uint16Array | Uint8Array

/** One part of a filter. What a column alone tells is told as data: a loop over it is three times as fast as a call for each of a million slots. */
export type Part =
  | { column: Column; hits: Uint8Array }
  | { column: Float64Array; above: number; below: number }
  | { test: Test }

/** One test a slot, made of only the tests that the filter asks for. */
export function makeTest(roster: Roster, filter: SessionFilter, context: FilterContext): Test {
  const tests = makeParts(roster, filter, context).map(testOf)
  return (slot) => tests.every((test) => test(slot))
}

function testOf(part: Part): Test {
  if ('test' in part) return part.test
  if ('hits' in part) return (slot) => part.hits[part.column[slot] ?? 0] === 1
  const { column, above, below } = part
  return (slot) => (column[slot] ?? Number.NaN) > above && (column[slot] ?? Number.NaN) < below
}

/** Of these slots those that pass, moved to the front. */
export function keep(slots: Uint32Array, part: Part): Uint32Array {
  let kept = 0
  if ('hits' in part) kept = keepHits(slots, part.column, part.hits)
  else if ('column' in part) kept = keepBetween(slots, part.column, part.above, part.below)
  else {
    const { test } = part
    for (let at = 0; at < slots.length; at += 1) {
      const slot = slots[at] ?? 0
      if (test(slot)) slots[kept++] = slot
    }
  }
  return slots.subarray(0, kept)
}

function keepHits(slots: Uint32Array, column: Column, hits: Uint8Array): number {
  let kept = 0
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] ?? 0
    if (hits[column[slot] ?? 0] === 1) slots[kept++] = slot
  }
  return kept
}

/** A comparison with NaN is false: a session without an end ends neither before nor after. */
function keepBetween(slots: Uint32Array, column: Float64Array, above: number, below: number): number {
  let kept = 0
  for (let at = 0; at < slots.length; at += 1) {
    const slot = slots[at] ?? 0
    const value = column[slot] ?? Number.NaN
    if (value > above && value < below) slots[kept++] = slot
  }
  return kept
}

/** What passes all of these is left. The order is that of their cost. */
export function makeParts(roster: Roster, filter: SessionFilter, context: FilterContext): Part[] {
  const { numbers, strings, texts } = roster.columns
  const parts: Part[] = []
  const within = (column: Float64Array, above: number | undefined, below: number | undefined) => {
    if (above === undefined && below === undefined) return
    parts.push({ column, above: above ?? Number.NEGATIVE_INFINITY, below: below ?? Number.POSITIVE_INFINITY })
  }

  if (filter.source) {
    const ids = idsOf(strings.source, filter.source)
    parts.push({ column: numbers.source, hits: ids })
  }
  if (filter.format) {
    const ids = idsOf(strings.format, filter.format)
    parts.push({ column: numbers.format, hits: ids })
  }
  if (filter.principal) {
    const ids = idsOf(texts.principal, filter.principal)
    parts.push({ column: numbers.principal, hits: ids })
  }
  if (filter.person) {
    const ids = idsOf(
      texts.principal,
      filter.person.flatMap((handle) => context.openPerson(handle) ?? []),
    )
    parts.push({ column: numbers.principal, hits: ids })
  }
  if (filter.status) {
    const { flags, expiresAt } = numbers
    const wants = (status: SessionStatus) => filter.status?.includes(status) ?? false
    const [unreadable, persistent, expiring, active] = [
      wants('unreadable'),
      wants('persistent'),
      wants('expiring'),
      wants('active'),
    ]
    const test = (slot: number) => {
      if (((flags[slot] ?? 0) & flag.readable) === 0) return unreadable
      const left = (expiresAt[slot] ?? Number.NaN) - context.now
      if (Number.isNaN(left)) return persistent
      return left < expiringMs ? expiring : active
    }
    parts.push({ test })
  }
  if (filter.finding) parts.push({ test: makeFindingTest(roster, filter.finding) })
  const { minSizeBytes, maxSizeBytes } = filter
  // Sizes are whole numbers, and their bounds are within.
  within(
    numbers.sizeBytes,
    minSizeBytes === undefined ? undefined : Math.ceil(minSizeBytes) - 1,
    maxSizeBytes === undefined ? undefined : Math.floor(maxSizeBytes) + 1,
  )
  within(numbers.expiresAt, filter.expiresAfter, filter.expiresBefore)
  within(numbers.createdAt, filter.createdAfter, filter.createdBefore)
  within(numbers.lastSeenAt, filter.seenAfter, filter.seenBefore)

  // Bounds that are told from now. A time that is not known is within none.
  const { now } = context
  const from = (ms: number | undefined) => (ms === undefined ? undefined : now + ms)
  const ago = (ms: number | undefined) => (ms === undefined ? undefined : now - ms)
  within(numbers.expiresAt, from(filter.minTtlMs), from(filter.maxTtlMs))
  within(numbers.createdAt, ago(filter.maxAgeMs), ago(filter.minAgeMs))
  within(numbers.lastSeenAt, ago(filter.maxIdleMs), ago(filter.minIdleMs))
  if (filter.no?.includes('ttl')) parts.push({ test: makeFindingTest(roster, ['no-expiry']) })
  if (filter.no?.includes('user')) parts.push({ test: makeFindingTest(roster, ['anonymous']) })

  if (filter.ip) {
    const hits = matchAddresses(texts.ip, filter.ip)
    parts.push({ column: numbers.ip, hits })
  }
  if (filter.device) {
    const devices = filter.device.map((part) => texts.device.search(needleOf(part)))
    const hits = Uint8Array.from({ length: texts.device.end }, (_, id) => Number(devices.some((one) => one[id] === 1)))
    parts.push({ column: numbers.device, hits })
  }
  const whose = (filter.who ?? []).map(needleOf).filter((who) => who !== '')
  if (whose.length > 0) {
    const principals = whose.map((who) => texts.principal.search(who))
    const labels = whose.map((who) => texts.label.search(who))
    const { principal, label } = numbers
    const test = (slot: number) =>
      principals.some((hits) => hits[principal[slot] ?? 0] === 1) || labels.some((hits) => hits[label[slot] ?? 0] === 1)
    parts.push({ test })
  }
  for (const needle of [filter.q ?? '', ...(filter.words ?? [])].map(needleOf)) {
    if (needle === '') continue
    const principals = texts.principal.search(needle)
    const labels = texts.label.search(needle)
    const ips = filter.noAddress ? [] : texts.ip.search(needle)
    const devices = texts.device.search(needle)
    const { principal, label, ip, device } = numbers
    const test = (slot: number) =>
      principals[principal[slot] ?? 0] === 1 ||
      labels[label[slot] ?? 0] === 1 ||
      ips[ip[slot] ?? 0] === 1 ||
      devices[device[slot] ?? 0] === 1
    parts.push({ test })
  }
  return parts
}

/** Whether a session has one of these findings. */
function makeFindingTest({ columns, thresholds }: Roster, wanted: RowFinding[]): Test {
  const { flags, expiresAt, sizeBytes, secretNames, principal } = columns.numbers
  const { oversizedBytes } = thresholds
  const tests: Record<RowFinding, Test> = {
    'no-expiry': (slot) => Number.isNaN(expiresAt[slot] ?? Number.NaN),
    oversized: (slot) => (sizeBytes[slot] ?? 0) > oversizedBytes,
    secrets: (slot) => secretNames[slot] !== 0,
    unreadable: (slot) => ((flags[slot] ?? 0) & flag.readable) === 0,
    anonymous: (slot) => ((flags[slot] ?? 0) & flag.readable) !== 0 && principal[slot] === 0,
    truncated: (slot) => ((flags[slot] ?? 0) & flag.truncated) !== 0,
  }
  const asked = wanted.map((finding) => tests[finding])
  const [only] = asked
  return asked.length === 1 && only !== undefined ? only : (slot) => asked.some((test) => test(slot))
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

export const needleOf = (text: string) => text.trim().toLowerCase()

/** The wanted texts, a byte a number; one that nobody has is none of them. */
function idsOf(strings: Strings, wanted: string[]): Uint8Array {
  const hits = new Uint8Array(strings.end)
  for (const text of wanted) {
    const id = strings.find(text)
    if (id !== null) hits[id] = 1
  }
  return hits
}

/** Which addresses of a column are one of these or lie in one of these ranges. Each different address is looked at once, however many rows have it. */
function matchAddresses(strings: Strings, wanted: string[]): Uint8Array {
  const { list, ranges } = readRanges(wanted)
  return strings.match((bytes, start, end, text) => {
    const address = readVersion4(bytes, start, end)
    if (address >= 0) return ranges.some(({ from, to }) => address >= from && address <= to)
    const other = text()
    return isIP(other) === 6 && list.check(other, 'ipv6')
  })
}

/** An IPv4 address as a number; -1 where it is none. */
function readVersion4(bytes: Uint8Array, start: number, end: number): number {
  let address = 0
  let part = -1
  let parts = 0
  for (let at = start; at <= end; at += 1) {
    const code = at === end ? dot : bytes[at]
    if (code === dot) {
      if (part < 0 || part > 255) return -1
      address = address * 256 + part
      part = -1
      parts += 1
    } else if (code === undefined || code < zero || code > zero + 9 || part === 0) return -1
    else part = Math.max(part, 0) * 10 + code - zero
  }
  return parts === 4 ? address : -1
}

/** `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`. `ranges`: those of version 4 as numbers, because Node's list takes microseconds an address. Throws `invalid` with a fault for each that is none of these. */
function readRanges(wanted: string[]) {
  const list = new BlockList()
  const ranges: { from: number; to: number }[] = []
  const faults = wanted.flatMap((text, index) => {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
    const family = isIP(address)
    const length = bits === undefined ? null : Number(bits)
    if (family === 0 || (length ?? 0) > (family === 4 ? 32 : 128)) {
      return [{ pointer: `/ip/${index}`, detail: 'is no address and no range such as 10.0.0.0/8' }]
    }
    if (family === 4) {
      const span = 2 ** (32 - (length ?? 32))
      const bytes = Buffer.from(address)
      const from = Math.floor(readVersion4(bytes, 0, bytes.length) / span) * span
      ranges.push({ from, to: from + span - 1 })
    }
    if (length === null) list.addAddress(address, family === 4 ? 'ipv4' : 'ipv6')
    else list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6')
    return []
  })
  if (faults.length > 0) throw new KnownError('invalid', 'The filter was refused; errors says what.', { faults })
  return { list, ranges }
}
