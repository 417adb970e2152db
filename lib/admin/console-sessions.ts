import { createHash, createHmac } from 'node:crypto'
import { KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { SourceChange } from '@/lib/session/source'
import { createStore } from '@/lib/store'
import type { ConsoleSessions } from './console-session'
import type { Grant } from './grant'

const consolePrefix = 'rollcall:console:'

const idShape = /^[\w-]{43}$/
const longestWriteGapMs = 60_000
/** Without a feed of changes a session is read again when it was last read this long ago. */
export const rereadMs = 1000
/** While the home is away a session that was seen to live this recently may still read. */
export const trustMs = 5 * 60_000
/** A bound on what is remembered of sign-outs while the home is away. */
const mostOwed = 1000

/** `seal`: proof, keyed by the session id, that the admin's password and role, or the grant, are those of the sign-in. Nothing in Redis tells the password, and no id is there. */
type ConsoleData = { username: string; seal: string; signedInAt?: number; grant?: Grant }

type Held = ConsoleData & {
  idleExpiresAt: number
  absoluteExpiresAt: number
  /** When the idle end was last written to Redis. */
  writtenAt: number
  /** When Redis last said, or could have said, that it lives; on the local clock. */
  verifiedAt: number
  /** Invalidations were coming in when it was read, so it is true until one names it. */
  isFollowed: boolean
  isStale: boolean
}

type ConsoleSessionsOptions = {
  home: Connection
  idleMs: number
  absoluteMs: number
  /** What a sign-in of this admin rests on now: another text after each change of password or role, or for another grant; null when there is no such admin, or the grant stands no more. */
  proofOf(username: string, grant: Grant | undefined): string | null
  /** Makes `proofOf` tell what holds at this moment: a session of just now may rest on what this process was not told yet. */
  refresh(): Promise<void>
  log: Log
}

export function createConsoleSessions(options: ConsoleSessionsOptions): ConsoleSessions {
  const { home, idleMs, absoluteMs, proofOf, refresh, log } = options
  const writeGapMs = Math.min(longestWriteGapMs, Math.floor(idleMs / 4))
  const now = () => home.now()
  const store = createStore<ConsoleData>(home.client, {
    prefix: consolePrefix,
    idleMs: idleMs + writeGapMs,
    absoluteMs,
    now,
  })
  const sessions = new Map<string, Held>()
  const readings = new Map<string, Promise<Held | null>>()
  /** Ended here while the home was away: still to be ended there. */
  const owed = new Map<string, string>()
  const stops: (() => void)[] = []
  let changes = 0

  const isTrue = (held: Held) =>
    !held.isStale &&
    home.health().state === 'up' &&
    ((held.isFollowed && home.feed() === 'tracking') || Date.now() - held.verifiedAt < rereadMs)

  async function read(id: string, key: string): Promise<Held | null> {
    const before = changes
    const found = await store.peek(id)
    if (found === null || found.absoluteExpiresAt === null) {
      sessions.delete(key)
      return null
    }
    const { expiresAt, absoluteExpiresAt, data } = found
    // A key that lives to the absolute end does not tell its idle end; it is within a minute of it.
    const written = expiresAt >= absoluteExpiresAt - 50 ? absoluteExpiresAt : expiresAt - writeGapMs
    const held: Held = {
      ...data,
      idleExpiresAt: Math.max(written, sessions.get(key)?.idleExpiresAt ?? 0),
      absoluteExpiresAt,
      writtenAt: written - idleMs,
      verifiedAt: Date.now(),
      isFollowed: home.feed() === 'tracking',
      // A change that came while we read may be newer than what we read.
      isStale: before !== changes,
    }
    for (const [other, { idleExpiresAt }] of sessions) if (idleExpiresAt <= now()) sessions.delete(other)
    sessions.set(key, held)
    return held
  }

  async function hold(id: string, key: string): Promise<{ held: Held; isVerified: boolean } | null> {
    const known = sessions.get(key)
    if (known && isTrue(known)) return { held: known, isVerified: true }
    try {
      if (home.health().state !== 'up') throw new KnownError('source-unavailable', 'The home Redis does not answer.')
      const reading = readings.get(key) ?? read(id, key).finally(() => readings.delete(key))
      readings.set(key, reading)
      const held = await reading
      return held && { held, isVerified: true }
    } catch (error) {
      // The home is away: what was true a moment ago may still be shown, but nobody may act on it.
      const last = sessions.get(key)
      if (last && Date.now() - last.verifiedAt <= trustMs) return { held: last, isVerified: false }
      throw error
    }
  }

  function isProven(id: string, { username, seal, grant }: Held): boolean {
    const proof = proofOf(username, grant)
    return proof !== null && seal === sealOf(id, proof)
  }

  function slide(id: string, held: Held): void {
    held.idleExpiresAt = Math.min(now() + idleMs, held.absoluteExpiresAt)
    if (now() - held.writtenAt < writeGapMs) return
    held.writtenAt = now()
    store.touch(id).catch((error) => log.warn('console-session.slide', { error }))
  }

  async function end(id: string, key: string): Promise<void> {
    sessions.delete(key)
    changes += 1
    if (!idShape.test(id)) return
    if (owed.size < mostOwed) owed.set(key, id)
    try {
      await store.destroy(id)
      owed.delete(key)
    } catch (error) {
      // It stays owed, and dead to this process, until the home answers again.
      log.warn('console-session.end', { error })
    }
  }

  function forget(change: SourceChange): void {
    changes += 1
    const keys = change === 'everything' ? sessions.keys() : change.keys.map(String)
    for (const key of keys) {
      const held = sessions.get(key)
      if (held) held.isStale = true
    }
  }

  function followHealth(): void {
    if (home.health().state === 'up') {
      for (const [key, id] of [...owed]) void end(id, key)
      return
    }
    for (const held of sessions.values()) {
      if (held.isFollowed && !held.isStale) held.verifiedAt = Date.now()
    }
    forget('everything')
  }

  return {
    async open(username, granted) {
      const signedInAt = granted ? granted.signedInAt : now()
      const who = {
        username,
        ...(signedInAt === null ? {} : { signedInAt }),
        ...(granted ? { grant: granted.grant } : {}),
      }
      const session = await store.create({ ...who, seal: '' })
      const { id } = session
      await store.save(session, { ...who, seal: sealOf(id, proofOf(username, granted?.grant)) })
      return id
    },
    async find(id, { isPoll }) {
      const key = keyOf(id)
      if (!idShape.test(id) || owed.has(key)) return null
      const found = await hold(id, key)
      if (found === null) return null
      const { held, isVerified } = found
      if (!isProven(id, held)) await refresh()
      if (now() >= held.idleExpiresAt || !isProven(id, held)) {
        await end(id, key)
        return null
      }
      if (!isPoll) slide(id, held)
      const { username, idleExpiresAt, absoluteExpiresAt, signedInAt, grant } = held
      return {
        username,
        idleExpiresAt,
        absoluteExpiresAt,
        isVerified,
        ...(signedInAt === undefined ? {} : { signedInAt }),
        ...(grant === undefined ? {} : { grant }),
      }
    },
    end: (id) => end(id, keyOf(id)),
    async endKey(key) {
      sessions.delete(key)
      changes += 1
      return (await home.client.del(key)) > 0
    },
    start() {
      stops.push(home.watch([consolePrefix], forget), home.onHealth(followHealth))
    },
    close() {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

/** As the store names its keys: by the digest of the id, so that no key is a credential. */
export function keyOf(id: string): string {
  return consolePrefix + createHash('sha256').update(id).digest('base64url')
}

function sealOf(id: string, proof: string | null): string {
  return createHmac('sha256', id)
    .update(proof ?? '')
    .digest('base64url')
}
