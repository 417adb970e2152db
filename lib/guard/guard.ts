// Longer than most: one queue of keys and one beat serve tombstones and marks against persons, over what the home tells of both.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Audit } from '@/lib/audit'
import type { Guarded } from '@/lib/contract/session'
import { isKnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Roster } from '@/lib/roster/roster'
import type { Handles } from '@/lib/session/handle'
import type { SourceChange, StoredSession } from '@/lib/session/source'
import { createJudge, type GuardedSource } from './judge'
import { isPlain, markOf } from './mark'
import { createNotBefore } from './not-before'
import { createShared, type Raised } from './shared'
import { createTombstones, type Tombstone } from './tombstones'

/** So many keys are judged in one go. */
const batchKeys = 100
/** So many batches are under way at once: while Redis answers one, another is judged. */
const batchesAtOnce = 4
/** Where nothing tells one session from the next but its person. */
export const plainGuardMs = 15_000
/** All are looked at again so often, and where Redis tells nothing of changes each second. */
const recheckEveryMs = 10_000
const beatMs = 1000
const presentAtOnce = 500

/**
 * Keeps revoked sessions from coming back: what a request that was under way saves again is ended again. Each revoked session has a tombstone for a time; every change of its key
 * is judged (`mark.ts`), and all are looked at again after a lost line, a flush, a start, and every ten seconds.
 */
export type Guard = {
  /** Before the delete: remembers what is ended. Costs nothing. */
  raise(source: string, stored: StoredSession): void
  /** After the delete: from now on it is kept from coming back, by the other replicas too. Cost: a share of one XADD in the home, that nobody waits for. */
  hold(source: string, key: Buffer): void
  /**
   * They may live again: before an undo, or after a revoke that did not happen. Never rejects. Resolves with what guards those again that were held: for an undo that came to nothing.
   * Cost: one XADD in the home for each two hundred that were held.
   */
  lift(source: string, keys: readonly Buffer[]): Promise<(which?: readonly Buffer[]) => void>
  /**
   * From `from` on no session of this person lives that was created before `at`, at any replica, for as long as a tombstone stands. Cost: one XADD in the home, and each second in which something
   * changed a pass over the roster.
   */
  bar(principal: string, at: number, from: number): Promise<void>
  /** They may live again: before an undo. */
  unbar(principal: string): Promise<void>
  /** Null where it is not guarded, and was not as far as is remembered. Costs nothing. */
  find(source: string, key: Buffer): Guarded | null
  /** `returns`: since the process began. */
  tally(): { standing: number; returns: number }
  start(): void
  close(): void
}

type GuardOptions = {
  guardMs: number
  home: Connection
  runner: string
  handles(): Handles
  roster: Roster
  audit: Audit
  log: Log
  findSource(id: string): GuardedSource | null
}

export function createGuard(options: GuardOptions): Guard {
  const { guardMs, home, runner, handles, roster, audit, log, findSource } = options
  const tombstones = createTombstones()
  const shared = createShared({
    ...{ home, log, runner, handles, guardMs },
    onRaised: takeRaised,
    onLifted: ({ source, key }) => tombstones.lift(source, key),
    onBarred(bar) {
      if (bar.until > home.now()) notBefore.put(bar)
    },
    onUnbarred: (principal) => notBefore.forget(principal),
  })
  const notBefore = createNotBefore({ now: home.now, roster, audit, log, findSource, raise, hold })
  const judge = createJudge({ home, handles, roster, audit, findSource })
  /** What may have come back, and what is probably news of our own end: that nothing is there is asked in one command, where reading it takes two a key. */
  const queue = new Set<Tombstone>()
  const echoes = new Set<Tombstone>()
  /** One watch for each prefix of a line, from the first tombstone there on. */
  const watches = new Map<Connection, Map<string, () => void>>()
  let draining = 0
  let isClosed = false
  let checkedAt = 0
  let timer: NodeJS.Timeout | undefined
  const stops: (() => void)[] = []

  function put(tombstone: Tombstone): void {
    tombstones.put(tombstone)
    const watched = findSource(tombstone.source)
    if (watched !== null) follow(watched)
  }

  function follow({ source, connection }: GuardedSource): void {
    const prefixes = watches.get(connection) ?? new Map<string, () => void>()
    watches.set(connection, prefixes)
    if (prefixes.has(source.prefix)) return
    const stopWatch = connection.watch([source.prefix], (change) => changed(source.id, change))
    const stopHealth = connection.onHealth(({ state }) => {
      if (state === 'up') void recheck(source.id)
    })
    prefixes.set(source.prefix, () => {
      stopWatch()
      stopHealth()
    })
  }

  function changed(source: string, change: SourceChange): void {
    if (tombstones.size() === 0) return
    if (change === 'everything') return void recheck(source)
    for (const key of change.keys) {
      const tombstone = tombstones.find(source, key.toString('latin1'))
      if (tombstone === null) continue
      if (!tombstone.isHeld) tombstone.isTouched = true
      else if (tombstone.isEchoDue) {
        tombstone.isEchoDue = false
        echoes.add(tombstone)
      } else queue.add(tombstone)
    }
    void drain()
  }

  function raise(source: string, stored: StoredSession): void {
    const { digest } = handles()
    const { key } = stored.raw
    const mark = markOf(stored, digest)
    const until = home.now() + (isPlain(mark) ? Math.min(plainGuardMs, guardMs) : guardMs)
    put({ ...fresh, source, key: key.toString('latin1'), mark, until, isOwn: true, isHeld: false })
  }

  function hold(source: string, key: Buffer): void {
    const tombstone = tombstones.find(source, key.toString('latin1'))
    if (tombstone === null || tombstone.isHeld) return
    tombstone.isHeld = true
    share(tombstone)
    // What was told before is the end, or a save before it or behind it.
    tombstone.isEchoDue = !tombstone.isTouched
    if (!tombstone.isTouched) return
    echoes.add(tombstone)
    void drain()
  }

  async function drain(): Promise<void> {
    if (draining >= batchesAtOnce) return
    draining += 1
    try {
      // Whoever came back is ended before anything else is looked at.
      while (queue.size + echoes.size > 0 && !isClosed) {
        const from = queue.size > 0 ? queue : echoes
        const batch = await withNews(takeBatch(from))
        if (from === queue || (await isAnyThere(batch))) await judge.end(batch)
      }
    } catch (error) {
      // Redis went away in the midst of it; when it is back all are looked at again.
      if (!isKnownError(error)) log.error('guard.broken', { error })
    } finally {
      draining -= 1
    }
  }

  async function isAnyThere(batch: Tombstone[]): Promise<boolean> {
    const source = batch[0] === undefined ? null : (findSource(batch[0].source)?.source ?? null)
    return source !== null && (await source.countPresent(batch.map(({ key }) => Buffer.from(key, 'latin1')))) > 0
  }

  /** Those that wait longest, of one source; hashes, which take more answers to read, keep no others waiting. */
  function takeBatch(from: Set<Tombstone>): Tombstone[] {
    const batch: Tombstone[] = []
    for (const tombstone of from) {
      const [first = tombstone] = batch
      if (tombstone.source !== first.source || isHash(tombstone) !== isHash(first)) continue
      from.delete(tombstone)
      batch.push(tombstone)
      if (batch.length === batchKeys) break
    }
    return batch
  }

  /** Those that still stand. Another replica's may have been lifted by an undo: what cannot be asked is left to that replica. */
  async function withNews(batch: Tombstone[]): Promise<Tombstone[]> {
    const isNewsRead = batch.every(({ isOwn }) => isOwn) || (await shared.read().then(always(true), always(false)))
    return batch.filter((one) => (one.isOwn || isNewsRead) && tombstones.recall(one.source, one.key) === one)
  }

  /** Looks whether any of them is there, of one source or of all, and has those judged. Cost: one EXISTS for each five hundred, in a cluster one each. */
  async function recheck(only?: string): Promise<void> {
    await shared.read().catch(always(null))
    const bySource = new Map<string, Tombstone[]>()
    for (const tombstone of tombstones.list()) {
      if (!tombstone.isHeld || (only !== undefined && tombstone.source !== only)) continue
      const list = bySource.get(tombstone.source) ?? []
      bySource.set(tombstone.source, list)
      list.push(tombstone)
    }
    for (const list of bySource.values()) {
      // What the home told of may be older than the source here.
      const watched = list[0] === undefined ? null : findSource(list[0].source)
      if (watched !== null) follow(watched)
      await enqueuePresent(list)
    }
  }

  /** Of one source. */
  async function enqueuePresent(list: Tombstone[]): Promise<void> {
    const source = list[0] === undefined ? null : (findSource(list[0].source)?.source ?? null)
    if (source === null) return
    for (let at = 0; at < list.length; at += presentAtOnce) {
      const some = list.slice(at, at + presentAtOnce)
      const keys = some.map(({ key }) => Buffer.from(key, 'latin1'))
      // A Redis that is away is asked again when it is back.
      if ((await source.countPresent(keys).catch(always(0))) === 0) continue
      for (const tombstone of some) queue.add(tombstone)
      void drain()
      await nextTurn()
    }
  }

  function beat(): void {
    void notBefore.sweep()
    const over = tombstones.takeOver(home.now())
    // The last look at each; what comes back later is seen as such by the roster.
    for (const source of new Set(over.map((one) => one.source))) {
      void enqueuePresent(over.filter((one) => one.source === source))
    }
    const isTold = [...watches.keys()].every((connection) => connection.feed() === 'tracking')
    if (tombstones.size() === 0 || (isTold && Date.now() - checkedAt < recheckEveryMs)) return
    checkedAt = Date.now()
    void recheck()
  }

  function takeRaised(raised: Raised): void {
    if (raised.until > home.now()) put({ ...fresh, ...raised, isOwn: false, isHeld: true })
  }

  function share({ source, key, until, mark }: Tombstone): void {
    shared.raise({ source, key, until, mark })
  }

  /** Unless it was revoked anew meanwhile, or its time is over. */
  function holdAgain(tombstone: Tombstone): void {
    if (tombstones.find(tombstone.source, tombstone.key) !== null || tombstone.until <= home.now()) return
    put(tombstone)
    share(tombstone)
    queue.add(tombstone)
    void drain()
  }

  async function readNews(): Promise<void> {
    try {
      handles()
      const before = tombstones.size()
      await shared.read()
      if (tombstones.size() > before) await recheck()
    } catch (error) {
      // Not told yet, or the home is away: read again with the next news or the next check.
      log.debug('guard.news', { error })
    }
  }

  return {
    raise,
    hold,
    async bar(principal, at, from) {
      const bar = { principal, at, from, until: from + guardMs }
      notBefore.put(bar)
      await shared.bar(bar)
    },
    async unbar(principal) {
      notBefore.forget(principal)
      await shared.unbar(principal)
    },
    async lift(source, keys) {
      const held = keys.flatMap((key) => {
        const tombstone = tombstones.find(source, key.toString('latin1'))
        return tombstone?.isHeld ? [tombstone] : []
      })
      for (const key of keys) tombstones.lift(source, key.toString('latin1'))
      if (held.length > 0) await shared.lift(held.map((one) => ({ source: one.source, key: one.key })))
      return (which = keys) => {
        const wanted = new Set(which.map((key) => key.toString('latin1')))
        for (const tombstone of held) if (wanted.has(tombstone.key)) holdAgain(tombstone)
      }
    },
    find(source, key) {
      const found = tombstones.recall(source, key.toString('latin1'))
      if (found === null) return null
      const { until, mark, returns, returnedAt, isReused } = found
      return { until, returns, returnedAt, isShort: isPlain(mark), isShared: shared.isKept(), isReused }
    },
    tally: () => ({ standing: tombstones.size(), returns: judge.returns() }),
    start() {
      stops.push(
        shared.watch(() => void readNews()),
        home.onHealth(() => void readNews()),
      )
      timer = setInterval(beat, beatMs).unref()
      void readNews()
    },
    close() {
      isClosed = true
      clearInterval(timer)
      for (const stop of stops) stop()
      for (const prefixes of watches.values()) for (const stop of prefixes.values()) stop()
    },
  }
}

const fresh = { isTouched: false, isEchoDue: false, returns: 0, returnedAt: null, isReused: false }

const isHash = ({ mark }: Tombstone) => mark.fields !== null

const always =
  <T>(value: T) =>
  (): T =>
    value
