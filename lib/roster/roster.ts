import { expiringMs } from '@/lib/contract/session'
import type { Session } from '@/lib/session/session'
import { defaultThresholds, type Thresholds } from '@/lib/session/thresholds'
import { type Columns, createColumns, flag } from './columns'
import { createEnds, type EndCause, type Ends } from './ends'
import type { Strings } from './strings'

/** Two readings of one end may differ by this much where Redis tells only what is left. */
const sameTimeMs = 50
/** Changes that come together share a version. */
const versionEveryMs = 100
/** What is held where nothing else is said. */
export const defaultMostSessions = 2_000_000
/** So many sessions leave in one go, some ten milliseconds. */
const mostEndedAtOnce = 5000
/** So many keys that changed their person are remembered. */
const mostPersonChanges = 100

/**
 * The live collection of all sessions of all sources in this process: the only thing that pages read.
 * Everything here is memory: no call costs Redis anything. Times are on Redis's clock, as in `Session`.
 */
export type Roster = {
  /** Takes a session in, or what is now known of it. `scan`: the number of the scan that read it. `cameAt`: when it came, if it is not known of old; absent: the first look at it. False: there is no room for it. */
  put(session: Session, scan: number, cameAt?: number): boolean
  /** Forgets a session that went; false when it was not there. */
  drop(source: string, key: Buffer, end: { cause: EndCause; at: number }): boolean
  /** Notes that this scan has seen a session of which nothing new is told. */
  see(source: string, key: Buffer, scan: number): void
  /** Forgets the sessions of a source that this scan has not seen, `most` at most; returns how many. */
  dropUnseen(source: string, scan: number, at: number, most?: number): number
  /** Forgets what of a source stands under a prefix that it no longer watches: these sessions have not ended. Returns how many. */
  forget(source: string, prefix: string): number
  find(source: string, key: Buffer): Session | null
  /** The key as bytes, or as latin1 text. */
  findSlot(source: string, key: Buffer | string): number | null
  /** How often the session was read; null when it is not there. Changes whenever its value may have. */
  revision(source: string, key: Buffer): number | null
  at(slot: number): Session
  /** Lets the clock act: ended sessions leave, those under five minutes turn `expiring`. A pass over one column, and only when something is due. True: more
   * ended than leave in one go, so call it again when others had a turn. */
  tick(now: number): boolean
  /** Rises whenever an answer to any query may differ; at most ten times a second, at once after `publish`. */
  version(): number
  /** Makes the last changes a version of their own now: a deed's own answer must not wait. */
  publish(): void
  count(source?: string): number
  /** How often a key that belonged to one person was seen to belong to another, since this process began, and the last such sessions that still live. */
  personChanges(): { count: number; slots: number[] }
  readonly columns: Columns
  /** By which its sessions are judged. */
  readonly thresholds: Thresholds
  readonly ends: Ends
}

export function createRoster(
  clock: () => number = Date.now,
  thresholds = defaultThresholds,
  mostSessions = defaultMostSessions,
): Roster {
  const columns = createColumns(mostSessions)
  const ends = createEnds()
  /** How many sessions each source has, at its number. */
  const counts: number[] = []
  /** The keys that changed their person, the latest last. */
  const changed = new Map<string, { source: string; key: string }>()
  let changes = 0
  let version = 1
  let isDirty = false
  let publishedAt = 0
  /** The earliest moment at which the clock alone changes an answer. */
  let nextChangeAt = Number.POSITIVE_INFINITY

  const sourceNumbers = createNumbering(columns.strings.source)
  const formatNumbers = createNumbering(columns.strings.format)

  function dropSlot(slot: number, end: { cause: EndCause; at: number }) {
    const { numbers, texts, strings } = columns
    const source = numbers.source[slot] ?? 0
    ends.leave(strings.source.at(source) ?? '', columns.keyTextAt(slot), {
      ...end,
      principal: texts.principal.at(numbers.principal[slot] ?? 0),
      label: texts.label.at(numbers.label[slot] ?? 0),
    })
    giveSlot(source, slot)
  }

  function giveSlot(source: number, slot: number) {
    columns.give(slot)
    counts[source] = (counts[source] ?? 1) - 1
    isDirty = true
  }

  function noteChangeAt(expiresAt: number | null) {
    if (expiresAt === null) return
    const turnsAt = expiresAt - expiringMs
    nextChangeAt = Math.min(nextChangeAt, turnsAt > lastTickAt ? turnsAt : expiresAt)
  }
  let lastTickAt = 0

  function noteChange(source: string, key: string) {
    const name = `${source} ${key}`
    changes += 1
    changed.delete(name)
    changed.set(name, { source, key })
    const oldest = changed.keys().next().value
    if (changed.size > mostPersonChanges && oldest !== undefined) changed.delete(oldest)
  }

  /** The number of a text in the place of an old one. */
  function exchange(strings: Strings, old: number, text: string | null): number {
    if (text === null && old === 0) return 0
    const id = strings.take(text)
    strings.give(old)
    return id
  }

  /** The columns one by one, by their names: to choose them by a name costs more than all the rest of it. True: something differs. */
  function write(slot: number, session: Session): boolean {
    const { numbers, texts } = columns
    const { format, sizeBytes, companionBytes, flags, createdAt, lastSeenAt, expiresAt } = numbers
    const { principal, label, ip, device, secretNames } = numbers
    const formatId = formatNumbers.take(session.format)
    const nextFlags = flag.used | (session.isReadable ? flag.readable : 0) | (session.isTruncated ? flag.truncated : 0)
    const principalId = exchange(texts.principal, principal[slot] ?? 0, session.principal)
    const labelId = exchange(texts.label, label[slot] ?? 0, session.label)
    const ipId = exchange(texts.ip, ip[slot] ?? 0, session.ip)
    const deviceId = exchange(texts.device, device[slot] ?? 0, session.device)
    const secretNamesId = exchange(texts.secretNames, secretNames[slot] ?? 0, session.secretNames)
    const hasChanged =
      format[slot] !== formatId ||
      sizeBytes[slot] !== session.sizeBytes ||
      companionBytes[slot] !== session.companionBytes ||
      flags[slot] !== nextFlags ||
      principal[slot] !== principalId ||
      label[slot] !== labelId ||
      ip[slot] !== ipId ||
      device[slot] !== deviceId ||
      secretNames[slot] !== secretNamesId
    if (hasChanged) {
      format[slot] = formatId
      sizeBytes[slot] = session.sizeBytes
      companionBytes[slot] = session.companionBytes
      flags[slot] = nextFlags
      principal[slot] = principalId
      label[slot] = labelId
      ip[slot] = ipId
      device[slot] = deviceId
      secretNames[slot] = secretNamesId
    }
    const isCreatedAnew = setTime(createdAt, slot, session.createdAt)
    const isSeenAnew = setTime(lastSeenAt, slot, session.lastSeenAt)
    return setTime(expiresAt, slot, session.expiresAt) || isSeenAnew || isCreatedAnew || hasChanged
  }

  function at(slot: number): Session {
    const { numbers, texts, strings } = columns
    const time = (name: 'createdAt' | 'lastSeenAt' | 'expiresAt') => {
      const value = numbers[name][slot] ?? Number.NaN
      return Number.isNaN(value) ? null : value
    }
    const flags = numbers.flags[slot] ?? 0
    return {
      key: columns.keyAt(slot),
      source: strings.source.at(numbers.source[slot] ?? 0) ?? '',
      format: strings.format.at(numbers.format[slot] ?? 0) ?? '',
      principal: texts.principal.at(numbers.principal[slot] ?? 0),
      label: texts.label.at(numbers.label[slot] ?? 0),
      createdAt: time('createdAt'),
      lastSeenAt: time('lastSeenAt'),
      expiresAt: time('expiresAt'),
      sizeBytes: numbers.sizeBytes[slot] ?? 0,
      companionBytes: numbers.companionBytes[slot] ?? 0,
      ip: texts.ip.at(numbers.ip[slot] ?? 0),
      device: texts.device.at(numbers.device[slot] ?? 0),
      isReadable: (flags & flag.readable) !== 0,
      isTruncated: (flags & flag.truncated) !== 0,
      secretNames: texts.secretNames.at(numbers.secretNames[slot] ?? 0),
    }
  }

  function findSlot(source: string, key: Buffer | string): number | null {
    const id = sourceNumbers.find(source)
    const slot = id === undefined ? -1 : columns.find(id, key)
    return slot < 0 ? null : slot
  }

  return {
    columns,
    thresholds,
    ends,
    at,
    findSlot,
    put(session, scan, cameAt) {
      const source = sourceNumbers.take(session.source)
      let slot = columns.find(source, session.key)
      if (slot < 0) {
        slot = columns.takeSought(source)
        if (slot < 0) return false
        counts[source] = (counts[source] ?? 0) + 1
        columns.numbers.createdAt[slot] = Number.NaN
        columns.numbers.lastSeenAt[slot] = Number.NaN
        columns.numbers.expiresAt[slot] = Number.NaN
        if (cameAt !== undefined) ends.arrive(session.source, session.key.toString('latin1'), cameAt, session)
      }
      const { principal, scan: scans, revision } = columns.numbers
      const person = principal[slot] ?? 0
      if (write(slot, session)) isDirty = true
      if (person !== 0 && principal[slot] !== 0 && principal[slot] !== person) {
        noteChange(session.source, session.key.toString('latin1'))
      }
      scans[slot] = scan
      revision[slot] = (revision[slot] ?? 0) + 1
      noteChangeAt(session.expiresAt)
      return true
    },
    drop(source, key, end) {
      const slot = findSlot(source, key)
      if (slot === null) return false
      dropSlot(slot, end)
      return true
    },
    see(source, key, scan) {
      const slot = findSlot(source, key)
      if (slot !== null) columns.numbers.scan[slot] = scan
    },
    dropUnseen(source, scan, at, most = Number.POSITIVE_INFINITY) {
      const { flags, scan: scans, source: sources } = columns.numbers
      const id = sourceNumbers.take(source)
      const { end } = columns
      let dropped = 0
      for (let slot = 0; slot < end; slot += 1) {
        if (sources[slot] !== id || flags[slot] === 0 || scans[slot] === scan) continue
        dropSlot(slot, { cause: 'ended', at })
        dropped += 1
        if (dropped >= most) break
      }
      return dropped
    },
    forget(source, prefix) {
      const { flags, source: sources } = columns.numbers
      const id = sourceNumbers.take(source)
      const start = Buffer.from(prefix, 'utf8').toString('latin1')
      const { end } = columns
      let forgotten = 0
      for (let slot = 0; slot < end; slot += 1) {
        if (sources[slot] !== id || flags[slot] === 0 || !columns.keyTextAt(slot).startsWith(start)) continue
        giveSlot(id, slot)
        forgotten += 1
      }
      return forgotten
    },
    find(source, key) {
      const slot = findSlot(source, key)
      return slot === null ? null : at(slot)
    },
    revision(source, key) {
      const slot = findSlot(source, key)
      return slot === null ? null : (columns.numbers.revision[slot] ?? 0)
    },
    tick(now) {
      if (now < nextChangeAt) return false
      const { flags, expiresAt } = columns.numbers
      const { end } = columns
      let next = Number.POSITIVE_INFINITY
      let ended = 0
      for (let slot = 0; slot < end; slot += 1) {
        const endsAt = expiresAt[slot] ?? Number.NaN
        if (Number.isNaN(endsAt) || flags[slot] === 0) continue
        if (endsAt <= now) {
          dropSlot(slot, { cause: 'expired', at: now })
          ended += 1
          // The rest is due at once, and for the next call.
          if (ended >= mostEndedAtOnce) return true
          continue
        }
        const turnsAt = endsAt - expiringMs
        if (turnsAt > lastTickAt && turnsAt <= now) isDirty = true
        next = Math.min(next, turnsAt > now ? turnsAt : endsAt)
      }
      nextChangeAt = next
      lastTickAt = now
      return false
    },
    version() {
      if (isDirty && clock() - publishedAt >= versionEveryMs) this.publish()
      return version
    },
    publish() {
      if (!isDirty) return
      version += 1
      isDirty = false
      publishedAt = clock()
    },
    personChanges: () => ({
      count: changes,
      slots: [...changed.values()].flatMap(({ source, key }) => findSlot(source, key) ?? []),
    }),
    count(source) {
      if (source === undefined) return counts.reduce((sum, count) => sum + count, 0)
      return counts[sourceNumbers.take(source)] ?? 0
    },
  }
}

/** The numbers of a few names, given out once and for good. */
function createNumbering(strings: Strings) {
  const known = new Map<string, number>()
  return {
    find: (name: string) => known.get(name),
    take(name: string): number {
      let id = known.get(name)
      if (id === undefined) {
        id = strings.take(name)
        known.set(name, id)
      }
      return id
    },
  }
}

/** True: it differs from what stood there, by more than two readings of one time may. */
function setTime(column: Float64Array, slot: number, value: number | null): boolean {
  const old = column[slot] ?? Number.NaN
  if (value === null) {
    if (Number.isNaN(old)) return false
    column[slot] = Number.NaN
    return true
  }
  if (Math.abs(old - value) < sameTimeMs) return false
  column[slot] = value
  return true
}
