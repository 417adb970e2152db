// Longer than most: what is true of one source at a moment is one piece of state, and each part below changes it.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Freshness, SourceState } from '@/lib/contract/source'
import { isKnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Session } from '@/lib/session/session'
import type { Source, SourceChange } from '@/lib/session/source'
import { createChanges } from './changes'
import { collectGarbage } from './collect-garbage'
import type { Roster } from './roster'

/** How many keys are read in one go. */
const readBatch = 500
/** So few are read without being counted first. */
const fewKeys = 10
/** Of a scan so many batches are under way at once: while one is decoded here, Redis works at the next. */
const batchesAtOnce = 3
/** Without a feed the roster lives on re-scans: this long between two, and at least ten times what one took. */
const rescanEveryMs = 1000
const rescanRest = 10
/** Keyspace events may be lost, or not all be on: all is looked through so often beside them. */
const besideEventsMs = 10_000
const besideEventsRest = 30
/** With a feed a slow re-scan proves the roster all the same, a step at a time, with a rest after each of so many times what the step took: at most a fiftieth of Redis. */
const proveEveryMs = 10 * 60_000
const proveRest = 49
/** A scan of more keys leaves so much behind that it is collected at once. */
const longScan = 100_000
/** So many sessions that are no longer there leave in one go. */
const droppedAtOnce = 5000
const retryMs = 500
/** How long the feed may take to tell of what we did ourselves. */
const echoMs = 2000
/** The first scan waits this long for the feed: one that began earlier would have to be made again. */
const feedPatienceMs = 2000
const feedRetryMs = 50
/** Two clocks may differ by this much. */
const clockSlackMs = 250
/** Why keys are read. */
type Why = 'scan' | 'change' | 'deed'

/** What sync needs of the line to Redis. `lib/redis`'s Connection is one. */
export type Line = {
  now(): number
  health(): { state: 'connecting' | 'up' | 'down'; since: number; lastAnswerAt: number | null }
  onHealth(listener: () => void): () => void
  feed(): 'tracking' | 'events' | 'rescan' | 'none'
  watch(prefixes: string[], onChange: (change: SourceChange) => void): () => void
}

/**
 * Keeps the roster true for one source: a first scan, then what the feed tells, then a slow re-scan.
 * `warming` until the first scan is complete; `live`; `stale` while Redis does not answer or a feed that may have lost messages is being made good;
 * `unavailable` while Redis has never answered.
 */
export type Sync = {
  start(): void
  close(): void
  /** These keys may have changed: read them again. The feed calls it, and every deed for its own key. */
  changed(keys: Buffer[]): void
  /** Tells the roster of one key before it returns, as it is `known` to be or by reading it: a deed's own answer must not wait for the feed. */
  refresh(key: Buffer, known?: Session | null): Promise<void>
  /** Looks at everything again: which keys are this source's has changed. */
  rescan(): void
  freshness(): Freshness['sources'][number]
  counts(): { scanned: number; skipped: number; capped: number }
  /** All scans since the process began: how many came to their end, how many broke off, how long they took, how many keys they saw, and how often a scan found what the feed should have told of. */
  scans(): { complete: number; broken: number; tookMs: number; keys: number; drift: number }
  /** Rises with every change of state and with progress while warming. */
  version(): number
}

export function createSync({
  source,
  line,
  roster,
  log,
  proveInMs = proveEveryMs,
}: {
  source: Source
  line: Line
  roster: Roster
  log: Log
  /** How long after a scan the slow one begins that proves the roster. */
  proveInMs?: number
}): Sync {
  const changes = createChanges({
    read: async (keys) => take(await withoutEnded(keys), scanNumber, 'change'),
    canRead: () => line.health().state === 'up',
    // A scan under way is not broken off: while more changes than can be read it would never end.
    onOverflow: () => askScan(false),
    onFault(error) {
      // What the batch held is lost to us, so only a scan makes the roster true again.
      askScan()
      if (!isKnownError(error)) log.error('sync.broken', { source: source.id, error })
    },
  })
  /** Keys of our own deeds, until their echo in the feed has passed. */
  const ours = new Map<string, number>()
  /** For each batch being read, the keys that changed since: what the batch saw of them is old. */
  const reading = new Set<Set<string>>()
  let scanNumber = 0
  let hasScanned = false
  let isScanning = false
  let mustScan = true
  let stopWatching: (() => void) | null = null
  let stopHealth: (() => void) | null = null
  let timer: NodeJS.Timeout | undefined
  let abort = new AbortController()
  let isClosed = false

  let state: SourceState = 'warming'
  let feed = line.feed()
  let since = Date.now()
  let asOf: number | null = null
  let stateVersion = 1
  let scanned = 0
  let skipped = 0
  let capped = 0
  let estimated: number | null = null
  const scans = { complete: 0, broken: 0, tookMs: 0, keys: 0, drift: 0 }
  /** Of the scan under way: keys for which there was no room, and what the feed should have told of and did not. */
  let leftOut = 0
  let missed = 0

  /** While the feed tells every change, each answer of Redis confirms the rows. */
  function confirm() {
    const { lastAnswerAt } = line.health()
    if (state !== 'live' || line.feed() !== 'tracking' || lastAnswerAt === null) return
    asOf = Math.max(asOf ?? 0, lastAnswerAt + line.now() - Date.now())
  }

  function setState(next: SourceState) {
    if (next === state) return
    confirm()
    // A smooth start is nothing to report; trouble and its end are.
    const level = next === 'stale' || next === 'unavailable' ? 'warn' : state === 'warming' ? 'debug' : 'info'
    log[level]('source.state', { source: source.id, from: state, to: next })
    state = next
    since = line.now()
    stateVersion += 1
  }

  /** As of the last whole scan, or of the first as far as it is. */
  const countCapped = () => (hasScanned ? capped : leftOut)

  /** The state that follows from what is known; called after every event that may change it. */
  function judge() {
    if (feed !== line.feed()) {
      feed = line.feed()
      stateVersion += 1
    }
    const health = line.health().state
    if (health === 'up' && hasScanned && !mustScan && !isScanning) setState('live')
    else if (hasScanned) {
      const isRoutine = health === 'up' && !mustScan
      if (!isRoutine) setState('stale')
    } else setState(health === 'down' ? 'unavailable' : 'warming')
  }

  async function scan(): Promise<void> {
    if (isScanning || isClosed || line.health().state !== 'up') return
    if (!hasScanned && line.feed() === 'none' && Date.now() - line.health().since < feedPatienceMs) {
      schedule(0, feedRetryMs)
      return
    }
    isScanning = true
    const wasForced = mustScan
    mustScan = false
    // A scan that must repair something says so before it begins.
    if (wasForced && hasScanned) setState('stale')
    const startedAt = Date.now()
    const askedAt = line.now()
    scanNumber += 1
    const number = scanNumber
    const signal = abort.signal
    let seen = 0
    let passed = 0
    leftOut = 0
    missed = 0
    const isProof = hasScanned && !wasForced && line.feed() === 'tracking'
    const atOnce = isProof ? 1 : batchesAtOnce
    const underWay = new Set<Promise<unknown>>()
    const takeBatch = async (keys: Buffer[]) => {
      const skippedHere = await take(keys, number, 'scan')
      passed += skippedHere
      seen += keys.length
      if (hasScanned) return
      scanned = seen
      stateVersion += 1
    }
    try {
      estimated = await source.readEstimate()
      for await (const keys of source.scan(signal, isProof ? proveRest : 0)) {
        for (let at = 0; at < keys.length; at += readBatch) {
          const batch: Promise<unknown> = takeBatch(keys.slice(at, at + readBatch)).then(() => underWay.delete(batch))
          // One that fails stays under way until the race or the end tells of it.
          batch.catch(() => {})
          underWay.add(batch)
          if (underWay.size >= atOnce) await Promise.race(underWay)
        }
      }
      await Promise.all(underWay)
      const dropped = await dropUnseen(number)
      if (isProof && dropped + missed > 0) {
        scans.drift += dropped + missed
        log.warn('roster.drift', { source: source.id, dropped, missed })
      }
      if (capped !== leftOut) stateVersion += 1
      capped = leftOut
      scanned = seen
      skipped = passed
      asOf = askedAt
      hasScanned = true
      scans.complete += 1
      if (wasForced && seen > longScan) collectGarbage()
    } catch (error) {
      // What still comes in is true; that it may fail too is nothing new.
      await Promise.allSettled(underWay)
      scans.broken += 1
      if (wasForced || !hasScanned) mustScan = true
      if (!signal.aborted) log.warn('scan.broken', { source: source.id, error })
    } finally {
      isScanning = false
      scans.tookMs += Date.now() - startedAt
      scans.keys += seen
      judge()
      if (signal.aborted) schedule(0, 0)
      else schedule(Date.now() - startedAt)
    }
  }

  async function dropUnseen(number: number): Promise<number> {
    for (let dropped = 0; ; ) {
      const more = roster.dropUnseen(source.id, number, line.now(), droppedAtOnce)
      dropped += more
      if (more < droppedAtOnce) return dropped
      await nextTurn()
    }
  }

  function schedule(tookMs: number, retryInMs = retryMs) {
    if (isClosed) return
    clearTimeout(timer)
    const rest =
      line.feed() === 'events'
        ? Math.max(besideEventsMs, tookMs * besideEventsRest)
        : Math.max(rescanEveryMs, tookMs * rescanRest)
    const wait = mustScan ? retryInMs : line.feed() === 'tracking' ? proveInMs : rest
    timer = setTimeout(() => void scan(), wait)
    timer.unref()
  }

  /** Reads these keys and tells the roster. Returns how many are of a type that no session has. */
  async function take(keys: Buffer[], number: number, why: Why): Promise<number> {
    const meanwhile = new Set<string>()
    reading.add(meanwhile)
    let passed = 0
    try {
      const sessions = await source.read(keys)
      const now = line.now()
      for (const [index, key] of keys.entries()) {
        if (meanwhile.size > 0 && meanwhile.has(key.toString('latin1'))) {
          // It is read again; until then it counts as seen, or the end of a scan would take it for gone.
          roster.see(source.id, key, number)
          continue
        }
        const session = sessions[index]
        if (session === 'skipped') passed += 1
        if (session === undefined || session === null || session === 'skipped') {
          roster.drop(source.id, key, { cause: isDue(key, now) ? 'expired' : 'ended', at: now })
        } else if (session.expiresAt !== null && session.expiresAt <= now) {
          roster.drop(source.id, key, { cause: 'expired', at: now })
        } else {
          // It was made for us, and a copy of each of a million costs a second.
          session.lastSeenAt ??= seenAt(key, why, now)
          const isNews = why === 'scan' && hasScanned && isMissing(key)
          const hasRoom = roster.put(session, number, hasScanned ? now : undefined)
          if (why === 'scan' && !hasRoom) leftOut += 1
          else if (isNews) missed += 1
        }
      }
      return passed
    } finally {
      reading.delete(meanwhile)
    }
  }

  /** What we ended ourselves Redis tells of too: that none of these is back is asked in one command, where reading them takes two a key. */
  async function withoutEnded(keys: Buffer[]): Promise<Buffer[]> {
    const isEnded = (key: Buffer) =>
      roster.findSlot(source.id, key) === null &&
      roster.ends.find(source.id, key.toString('latin1'))?.cause === 'revoked'
    const ended = new Set(keys.filter(isEnded))
    if (ended.size < fewKeys || (await source.countPresent([...ended])) > 0) return keys
    return keys.filter((key) => !ended.has(key))
  }

  /** Whether its time was over, as far as was known: Redis may tell of an end a moment before our own clock does. */
  function isDue(key: Buffer, now: number): boolean {
    const slot = roster.findSlot(source.id, key)
    return slot !== null && (roster.columns.numbers.expiresAt[slot] ?? Number.NaN) <= now + clockSlackMs
  }

  /**
   * When the application last wrote a session whose payload does not tell: the change that the feed told of, or a key that was not there at the last scan.
   * A deed of ours is no visit; without anything new, what was seen before stands.
   */
  function seenAt(key: Buffer, why: Why, now: number): number | null {
    const slot = roster.findSlot(source.id, key)
    const known = slot === null ? Number.NaN : (roster.columns.numbers.lastSeenAt[slot] ?? Number.NaN)
    const before = Number.isNaN(known) ? null : known
    const isOurs = ours.size > 0 && (ours.get(key.toString('latin1')) ?? 0) > Date.now()
    if (isOurs) return before
    const isVisit = why === 'change' || (why === 'scan' && slot === null && hasScanned)
    return isVisit ? now : before
  }

  /** Whether the feed should have told of this one. */
  function isMissing(key: Buffer): boolean {
    return roster.findSlot(source.id, key) === null && !changes.has(key.toString('latin1'))
  }

  function askScan(breaksOff = true) {
    mustScan = true
    judge()
    if (!isScanning) void scan()
    else if (breaksOff) restart()
  }

  /** Ends the scan under way; the next one begins as soon as it has let go. */
  function restart() {
    abort.abort()
    abort = new AbortController()
  }

  function changed(keys: Buffer[]) {
    for (const key of keys) {
      if (!source.owns(key)) continue
      const text = key.toString('latin1')
      for (const meanwhile of reading) meanwhile.add(text)
      changes.add(text)
    }
  }

  return {
    changed,
    async refresh(key, known = null) {
      for (const [text, until] of ours) if (until < Date.now()) ours.delete(text)
      const name = key.toString('latin1')
      ours.set(name, Date.now() + echoMs)
      if (known === null) await take([key], scanNumber, 'deed')
      else {
        // What is being read is older; the feed tells of the key soon.
        for (const meanwhile of reading) meanwhile.add(name)
        const now = line.now()
        roster.put({ ...known, lastSeenAt: known.lastSeenAt ?? seenAt(key, 'deed', now) }, scanNumber, now)
      }
      roster.publish()
    },
    rescan: () => askScan(),
    start() {
      stopHealth = line.onHealth(() => {
        if (line.health().state === 'up') {
          askScan()
          changes.flush()
        } else {
          mustScan = true
          restart()
          judge()
        }
      })
      stopWatching = line.watch([source.prefix], (change) => {
        if (change === 'everything') askScan()
        else changed(change.keys)
      })
      judge()
      void scan()
      schedule(0)
    },
    close() {
      isClosed = true
      changes.close()
      clearTimeout(timer)
      abort.abort()
      stopWatching?.()
      stopHealth?.()
    },
    freshness() {
      judge()
      confirm()
      return { id: source.id, redis: source.redis, feed, state, since, asOf, scanned, estimated, capped: countCapped() }
    },
    counts: () => ({ scanned, skipped, capped: countCapped() }),
    scans: () => ({ ...scans }),
    version: () => stateVersion,
  }
}
