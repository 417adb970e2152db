import type { Freshness, SourceState } from '@/lib/contract/source'
import { isKnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Source, SourceChange } from '@/lib/session/source'
import type { Roster } from './roster'

/** How many keys are read in one go. */
const readBatch = 500
/** Of a scan so many batches are under way at once: while one is decoded here, Redis works at the next. */
const batchesAtOnce = 3
/** Without a feed the roster lives on re-scans: this long between two, and at least ten times what one took. */
const rescanEveryMs = 1000
const rescanRest = 10
/** With a feed a slow re-scan proves the roster all the same. */
const proveEveryMs = 10 * 60_000
const retryMs = 500
/** How long the feed may take to tell of what we did ourselves. */
const echoMs = 2000
/** The first scan waits this long for the feed: one that began earlier would have to be made again. */
const feedPatienceMs = 2000
const feedRetryMs = 50
/** Two clocks may differ by this much. */
const clockSlackMs = 250
/** Past this many changed keys waiting, a scan is cheaper and bounded. */
const mostPending = 200_000

/** Why keys are read. */
type Why = 'scan' | 'change' | 'deed'

/** What sync needs of the line to Redis. `lib/redis`'s Connection is one. */
export type Line = {
  now(): number
  health(): { state: 'connecting' | 'up' | 'down'; since: number; lastAnswerAt: number | null }
  onHealth(listener: () => void): () => void
  feed(): 'tracking' | 'rescan' | 'none'
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
  /** Reads one key now and tells the roster before it returns: a deed's own answer must not wait for the feed. */
  refresh(key: Buffer): Promise<void>
  /** Looks at everything again: which keys are this source's has changed. */
  rescan(): void
  freshness(): Freshness['sources'][number]
  counts(): { scanned: number; skipped: number; capped: number }
  /** All scans since the process began: how many came to their end, how many broke off, how long they took and how many keys they saw. */
  scans(): { complete: number; broken: number; tookMs: number; keys: number }
  /** Rises with every change of state and with progress while warming. */
  version(): number
}

export function createSync({
  source,
  line,
  roster,
  log,
}: {
  source: Source
  line: Line
  roster: Roster
  log: Log
}): Sync {
  const pending = new Map<string, Buffer>()
  /** Keys of our own deeds, until their echo in the feed has passed. */
  const ours = new Map<string, number>()
  /** For each batch being read, the keys that changed since: what the batch saw of them is old. */
  const reading = new Set<Set<string>>()
  let scanNumber = 0
  let hasScanned = false
  let isScanning = false
  let mustScan = true
  let isDraining = false
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
  let estimated: number | null = null
  const scans = { complete: 0, broken: 0, tookMs: 0, keys: 0 }

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
      for await (const keys of source.scan(signal)) {
        for (let at = 0; at < keys.length; at += readBatch) {
          const batch: Promise<unknown> = takeBatch(keys.slice(at, at + readBatch)).then(() => underWay.delete(batch))
          // One that fails stays under way until the race or the end tells of it.
          batch.catch(() => {})
          underWay.add(batch)
          if (underWay.size >= batchesAtOnce) await Promise.race(underWay)
        }
      }
      await Promise.all(underWay)
      const drift = roster.dropUnseen(source.id, number, line.now())
      if (hasScanned && !wasForced && drift > 0 && line.feed() === 'tracking') {
        log.warn('roster.drift', { source: source.id, dropped: drift })
      }
      scanned = seen
      skipped = passed
      asOf = askedAt
      hasScanned = true
      scans.complete += 1
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

  function schedule(tookMs: number, retryInMs = retryMs) {
    if (isClosed) return
    clearTimeout(timer)
    const rest = Math.max(rescanEveryMs, tookMs * rescanRest)
    const wait = mustScan ? retryInMs : line.feed() === 'tracking' ? proveEveryMs : rest
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
        if (meanwhile.size > 0 && meanwhile.has(key.toString('latin1'))) continue
        const session = sessions[index]
        if (session === 'skipped') passed += 1
        if (session === undefined || session === null || session === 'skipped') {
          roster.drop(source.id, key, { cause: isDue(key, now) ? 'expired' : 'ended', at: now })
        } else if (session.expiresAt !== null && session.expiresAt <= now) {
          roster.drop(source.id, key, { cause: 'expired', at: now })
        } else {
          // It was made for us, and a copy of each of a million costs a second.
          session.lastSeenAt ??= seenAt(key, why, now)
          roster.put(session, number, hasScanned ? now : undefined)
        }
      }
      return passed
    } finally {
      reading.delete(meanwhile)
    }
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

  /** Reads the changed keys back, a batch at a time; a key that changed ten times while waiting is read once. */
  async function drain(): Promise<void> {
    if (isDraining) return
    isDraining = true
    try {
      while (pending.size > 0 && !isClosed && line.health().state === 'up') {
        const batch: Buffer[] = []
        for (const [text, key] of pending) {
          pending.delete(text)
          batch.push(key)
          if (batch.length === readBatch) break
        }
        await take(batch, scanNumber, 'change')
      }
    } catch (error) {
      // What the batch held is lost to us, so only a scan makes the roster true again.
      askScan()
      if (!isKnownError(error)) log.error('sync.broken', { source: source.id, error })
    } finally {
      isDraining = false
    }
  }

  function askScan() {
    mustScan = true
    judge()
    if (isScanning) restart()
    else void scan()
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
      pending.set(text, key)
      for (const meanwhile of reading) meanwhile.add(text)
    }
    if (pending.size > mostPending) {
      pending.clear()
      askScan()
    } else void drain()
  }

  return {
    changed,
    async refresh(key) {
      for (const [text, until] of ours) if (until < Date.now()) ours.delete(text)
      ours.set(key.toString('latin1'), Date.now() + echoMs)
      await take([key], scanNumber, 'deed')
      roster.publish()
    },
    rescan: askScan,
    start() {
      stopHealth = line.onHealth(() => {
        if (line.health().state === 'up') askScan()
        else {
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
      clearTimeout(timer)
      abort.abort()
      stopWatching?.()
      stopHealth?.()
    },
    freshness() {
      judge()
      confirm()
      return { id: source.id, feed, state, since, asOf, scanned, estimated }
    },
    counts: () => ({ scanned, skipped, capped: 0 }),
    scans: () => ({ ...scans }),
    version: () => stateVersion,
  }
}
