import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import type { Audit } from '@/lib/audit'
import type { ConsoleSessionList, EndAnswer } from '@/lib/contract/console-session'
import type { Role } from '@/lib/contract/login'
import { KnownError } from '@/lib/errors'
import { describeDevice } from '@/lib/formats/device'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { type AdminActor, noteDeed, unknownEnd } from './actor'
import type { ConsoleSessions } from './console-session'
import { keyOf } from './console-sessions'
import { Grant } from './grant'
import { createHeldHash, versionOf } from './held-hash'
import { createSightings } from './sightings'

const listKey = 'rollcall:console-list'
const longestSeenGapMs = 60_000

const Entry = z.object({
  handle: z.string(),
  username: z.string(),
  createdAt: z.number(),
  absoluteExpiresAt: z.number(),
  ip: z.nullable(z.string()),
  device: z.nullable(z.string()),
  /** Absent: whoever signed in with a password; their role is as the settings say now. */
  grant: z.optional(Grant),
})
type Entry = z.infer<typeof Entry>

/** Who signs in: what is remembered of them beside their session. */
type SignedIn = { username: string; ip: string | null; userAgent: string | null; grant?: Grant }

/**
 * Who is signed in to this console, over all replicas. It stands beside the sessions and not in them: being in the list opens nothing, and what is only there ends with
 * the idle timeout.
 */
export type ConsoleList = {
  /** Enters a session that was just opened, and forgets those that are over. */
  add(id: string, who: SignedIn): Promise<void>
  see(id: string): void
  remove(id: string): Promise<void>
  /** `ownId`: of whoever asks; null: of nobody, as with a token. Throws `source-unavailable` when nobody can tell. Costs Redis nothing as a rule. */
  list(ownId: string | null): Promise<ConsoleSessionList>
  /** Ends the session of a handle, at every replica. One's own is refused: signing out is for that. Throws `not-found`. */
  end(actor: AdminActor, handle: string, ownId: string | null): Promise<EndAnswer>
  /** Ends all sessions of a person but that of `exceptId`, and says how many. Not audited: it is part of another deed. */
  endOf(username: string, exceptId: string | null): Promise<number>
  start(): void
  close(): void
}

type ConsoleListOptions = {
  home: Connection
  log: Log
  audit: Audit
  idleMs: number
  absoluteMs: number
  sessions: ConsoleSessions
  /** Null: not an admin, or the grant stands no more. */
  roleOf(username: string, grant: Grant | undefined): Role | null
}

export function createConsoleList(options: ConsoleListOptions): ConsoleList {
  const { home, log, audit, idleMs, absoluteMs, sessions, roleOf } = options
  const seenGapMs = Math.min(longestSeenGapMs, Math.floor(idleMs / 4))
  const parse = (value: unknown) => Entry.safeParse(value).data ?? null
  const entries = createHeldHash<Entry>({ home, key: listKey, parse })
  const sightings = createSightings({ home, key: `${listKey}:seen`, everyMs: seenGapMs, log })

  async function readEntries() {
    const [values, seenBy] = await Promise.all([entries.readTrue(), sightings.read()])
    return [...values].map(([key, entry]) => {
      const lastSeenAt = seenBy(key)?.at ?? entry.createdAt
      const idleExpiresAt = Math.min(lastSeenAt + idleMs, entry.absoluteExpiresAt)
      // Another replica may have seen it later than it has told so far.
      const isOver = home.now() >= Math.min(idleExpiresAt + seenGapMs, entry.absoluteExpiresAt)
      return { key, entry, lastSeenAt, idleExpiresAt, isOver }
    })
  }

  async function forget(keys: string[]): Promise<void> {
    await entries.remove(keys)
    await sightings.forget(keys)
  }

  return {
    async add(id, { username, ip, userAgent, grant }) {
      const key = keyOf(id)
      const createdAt = home.now()
      const handle = randomBytes(12).toString('base64url')
      const times = { createdAt, absoluteExpiresAt: createdAt + absoluteMs }
      const granted = grant === undefined ? {} : { grant }
      await entries.add(key, { handle, username, ...times, ip, device: describeDevice(userAgent), ...granted })
      const known = await readEntries()
      await forget(known.filter(({ isOver }) => isOver).map((one) => one.key))
      await sightings.keepOnly([key, ...known.map((one) => one.key)])
      sightings.see(key, { at: createdAt, ip })
    },
    see: (id) => sightings.see(keyOf(id), { at: home.now(), ip: null }),
    remove: (id) => forget([keyOf(id)]),

    async list(ownId) {
      const ownKey = ownId === null ? null : keyOf(ownId)
      const rows = (await readEntries()).flatMap(({ key, entry, lastSeenAt, idleExpiresAt, isOver }) => {
        const { grant, ...row } = entry
        const role = roleOf(row.username, grant)
        return isOver || role === null ? [] : [{ ...row, role, isYou: key === ownKey, lastSeenAt, idleExpiresAt }]
      })
      rows.sort((a, b) => Number(b.isYou) - Number(a.isYou) || b.lastSeenAt - a.lastSeenAt)
      return { version: versionOf(rows), now: home.now(), rows }
    },

    async end(actor, handle, ownId) {
      const found = (await readEntries()).find(({ entry }) => entry.handle === handle)
      if (found === undefined) throw new KnownError('not-found', 'There is no such console session.')
      const about = `Session of ${found.entry.username}`
      return noteDeed<EndAnswer>(audit, actor, { deed: 'console.end', about, unanswered: unknownEnd }, async () => {
        if (ownId !== null && found.key === keyOf(ownId)) {
          return { outcome: 'refused', reason: 'It is your own session: sign out instead.' }
        }
        const wasThere = await sessions.endKey(found.key)
        await forget([found.key])
        return wasThere
          ? { outcome: 'done', reason: null }
          : { outcome: 'already-gone', reason: 'It had ended already.' }
      })
    },

    async endOf(username, exceptId) {
      const exceptKey = exceptId === null ? null : keyOf(exceptId)
      const theirs = (await readEntries()).filter(({ key, entry }) => entry.username === username && key !== exceptKey)
      const keys = theirs.map(({ key }) => key)
      const ended = await Promise.all(keys.map((key) => sessions.endKey(key)))
      await forget(keys)
      return ended.filter((wasThere) => wasThere).length
    },

    start() {
      entries.start()
      sightings.start()
    },
    close() {
      entries.close()
      sightings.close()
    },
  }
}
