import type { Severity } from '@/lib/contract/finding'
import type { JobDeed } from '@/lib/contract/job'
import type { SessionFilter } from '@/lib/contract/session'
import { oversizedBytes } from '@/lib/session/session'
import { flag } from './columns'
import type { Roster } from './roster'
import { hasHashedKey, isShortOrNumber, neighboursOf } from './weak-id'

/** A session that lives longer than this is beyond what any usual policy allows. */
export const longestLifeMs = 30 * 24 * 60 * 60_000
/** A payload past this is critical; past `oversizedBytes` it warns. */
export const hugeBytes = 64 * 1024
/** One person with more sessions than this is many times over. */
export const mostSessionsEach = 20
/** Anonymous sessions are a finding when they are more than this part of all, and at least so many. */
export const largestAnonymousShare = 0.5
export const leastAnonymous = 100

export type CheckContext = { roster: Roster; now: number; prefixOf(source: string): string }

/** What one pass found for one check. `highest`: the highest rank among them. */
export type Found = { count: number; total: number; highest: number; slots: number[] }

export type Told = { severity: Severity; explanation: string }

/** One thing that can be wrong with sessions. `look` is asked once a pass, its parts once a session; `tell` judges what was found, null: nothing wrong. */
export type SessionCheck = {
  id: string
  title: string
  why: string
  remedy: string
  /** The filter of the table that shows them all, or null. */
  filter(now: number): SessionFilter | null
  /** What may safely be done to all of them, as a job. */
  deeds: JobDeed[]
  look(context: CheckContext): {
    has(slot: number): boolean
    /** The evidence is what ranks highest. */
    rank?(slot: number): number
    tell(found: Found): Told | null
  }
}

const noExpiry: SessionCheck = {
  id: 'no-expiry',
  title: 'Sessions that never expire',
  why: 'A session without an end is a password without an end: whoever copies it once is signed in for good. And Redis fills up, because nothing ever leaves.',
  remedy:
    'Write the session and its end in one command: SETEX key 1800 value instead of SET key value. Give those that are already there an end with EXPIRE, or end them here.',
  filter: () => ({ finding: ['no-expiry'] }),
  deeds: ['give-expiry', 'revoke'],
  look({ roster, now }) {
    const { numbers } = roster.columns
    return {
      has: (slot) => Number.isNaN(numbers.expiresAt[slot] ?? Number.NaN),
      rank: (slot) => now - (numbers.lastSeenAt[slot] || numbers.createdAt[slot] || now),
      tell: ({ count }) => ({
        severity: 'critical',
        explanation: `${many(count, 'session has', 'sessions have')} no expiration time in Redis, so ${count === 1 ? 'it never ends by itself' : 'they never end by themselves'}.`,
      }),
    }
  },
}

const changedPerson: SessionCheck = {
  id: 'changed-person',
  title: 'One key, two people',
  why: 'Where two people share a key, one overwrites the session of the other and each may act as the other. An attacker who plants a known session id before somebody signs in gains the same.',
  remedy:
    'Give every sign-in a new, random session id and delete the old key (in express-session: req.session.regenerate), and never make the key from something that two people can share.',
  filter: () => null,
  deeds: [],
  look({ roster }) {
    const { count: changes, slots } = roster.personChanges()
    const changed = new Map(slots.map((slot, index) => [slot, index]))
    return {
      has: (slot) => changed.has(slot),
      rank: (slot) => changed.get(slot) ?? 0,
      tell: ({ count }) => ({
        severity: 'critical',
        explanation: `${many(count, 'living session', 'living sessions')} belonged to somebody else before, under the same key. Such a change was seen ${changes === 1 ? 'once' : `${changes.toLocaleString('en-US')} times`} since Rollcall started.`,
      }),
    }
  },
}

const weakId: SessionCheck = {
  id: 'weak-id',
  title: 'Session ids that can be guessed',
  why: 'The session id is all that proves who somebody is. A short or counted one can be tried out by anybody, and two sessions that are given the same one overwrite each other.',
  remedy:
    'Make each id from a cryptographic random source, at least 128 bits of it: crypto.randomBytes(16) in Node, secrets.token_urlsafe(16) in Python. End the sessions that have a weak one.',
  filter: () => null,
  deeds: [],
  look({ roster, prefixOf }) {
    const { numbers, strings, keys } = roster.columns
    const prefixes = new Map<number, { source: string; prefix: string }>()
    const exempt = new Map<number, boolean>()
    const isExempt = (format: number) => {
      const known = exempt.get(format) ?? hasHashedKey(strings.format.at(format) ?? '')
      exempt.set(format, known)
      return known
    }
    let counted = 0
    return {
      has(slot) {
        if (isExempt(numbers.format[slot] ?? 0)) return false
        const number = numbers.source[slot] ?? 0
        let place = prefixes.get(number)
        if (place === undefined) {
          const source = strings.source.at(number) ?? ''
          place = { source, prefix: Buffer.from(prefixOf(source)).toString('latin1') }
          prefixes.set(number, place)
        }
        const { source, prefix } = place
        const id = (keys[slot] ?? '').slice(prefix.length)
        const isCounted = neighboursOf(id).some((next) => roster.findSlot(source, prefix + next) !== null)
        if (isCounted) counted += 1
        return isCounted || isShortOrNumber(id)
      },
      tell: ({ count }) => ({
        severity: 'critical',
        explanation: `The ids of ${many(count, 'session')} are too short, all digits, or counted up${counted === 0 ? '' : `; ${counted.toLocaleString('en-US')} of them stand in a row, one after another`}. Judged by the part of the key after its prefix, which is not shown: it opens the session.`,
      }),
    }
  },
}

const oversized: SessionCheck = {
  id: 'oversized',
  title: 'Large payloads',
  why: 'The whole payload travels at every request and every save. Large ones slow Redis for everybody, because it serves one command after another, and they fill its memory.',
  remedy:
    'Keep ids in the session and the data they name in a table or a cache of its own. Under 4 KB is what a session needs.',
  filter: () => ({ finding: ['oversized'] }),
  deeds: [],
  look({ roster }) {
    const { numbers } = roster.columns
    const size = (slot: number) => numbers.sizeBytes[slot] ?? 0
    let huge = 0
    return {
      has(slot) {
        if (size(slot) > hugeBytes) huge += 1
        return size(slot) > oversizedBytes
      },
      rank: size,
      tell: ({ count }) => ({
        severity: huge > 0 ? 'critical' : 'warning',
        explanation: `${many(count, 'session is', 'sessions are')} larger than 4 KB${huge === 0 ? '' : `, ${huge.toLocaleString('en-US')} of them larger than 64 KB`}.`,
      }),
    }
  },
}

const farExpiry: SessionCheck = {
  id: 'far-expiry',
  title: 'Sessions that live too long',
  why: 'A stolen session works until its end. The further away that is, the longer nobody needs a password.',
  remedy:
    'Give SETEX or EXPIRE the idle timeout that your policy asks for, and renew it at each visit. For “remember me” keep a token of its own, which can be taken back.',
  filter: (now) => ({ expiresAfter: now + longestLifeMs }),
  deeds: ['revoke'],
  look({ roster, now }) {
    const { numbers } = roster.columns
    const endsAt = (slot: number) => numbers.expiresAt[slot] ?? Number.NaN
    return {
      has: (slot) => endsAt(slot) > now + longestLifeMs,
      rank: endsAt,
      tell: ({ count }) => ({
        severity: 'warning',
        explanation: `${many(count, 'session ends', 'sessions end')} more than 30 days from now.`,
      }),
    }
  },
}

const crowded: SessionCheck = {
  id: 'crowded',
  title: 'The same person many times over',
  why: 'Somebody with so many sessions is a script that signs in at each call, a shared account, or an account that others use too.',
  remedy:
    'Reuse the session while it lives, end the oldest at a new sign-in, and give scripts a token of their own. Look through the sessions of these people and end what they do not know.',
  filter: () => null,
  deeds: [],
  look({ roster }) {
    const { numbers, texts, end } = roster.columns
    // Ids are an application's own: `42` of one source is not `42` of another.
    const counts: Uint32Array[] = []
    for (let slot = 0; slot < end; slot += 1) {
      const person = numbers.principal[slot] ?? 0
      if (person === 0) continue
      const source = numbers.source[slot] ?? 0
      counts[source] ??= new Uint32Array(texts.principal.end)
      const ofSource = counts[source]
      ofSource[person] = (ofSource[person] ?? 0) + 1
    }
    const each = (slot: number) => counts[numbers.source[slot] ?? 0]?.[numbers.principal[slot] ?? 0] ?? 0
    return {
      has: (slot) => each(slot) > mostSessionsEach,
      rank: each,
      tell({ count, highest }) {
        const people = counts.reduce(
          (sum, one) => sum + one.filter((sessions) => sessions > mostSessionsEach).length,
          0,
        )
        return {
          severity: 'warning',
          explanation: `${many(people, 'person has', 'people have')} more than ${mostSessionsEach} sessions each, ${count.toLocaleString('en-US')} together; at most ${highest.toLocaleString('en-US')} for one.`,
        }
      },
    }
  },
}

const anonymous: SessionCheck = {
  id: 'anonymous',
  title: 'Mostly nobody signed in',
  why: 'Sessions that are written for every visitor and every crawler fill Redis with nothing, and hide the ones that matter.',
  remedy:
    'Write a session only when there is something to keep (in express-session: saveUninitialized: false), and give those without a person a short end.',
  filter: () => ({ finding: ['anonymous'] }),
  deeds: ['revoke'],
  look({ roster }) {
    const { numbers } = roster.columns
    return {
      has: (slot) => ((numbers.flags[slot] ?? 0) & flag.readable) !== 0 && numbers.principal[slot] === 0,
      rank: (slot) => numbers.sizeBytes[slot] ?? 0,
      tell({ count, total }) {
        if (count < leastAnonymous || count <= total * largestAnonymousShare) return null
        return {
          severity: 'info',
          explanation: `In ${many(count, 'session')}, more than half of all, nobody is signed in.`,
        }
      },
    }
  },
}

const unreadable: SessionCheck = {
  id: 'unreadable',
  title: 'Payloads nobody can read',
  why: 'Whose session it is cannot be told, so it is in no search for a person and stays when that person is logged out everywhere. It may also be damaged.',
  remedy:
    'Store JSON or a hash, or a format that Rollcall knows. Where other data lies under the same prefix, give the sessions a prefix of their own. Those that are not needed can be revoked unread.',
  filter: () => ({ status: ['unreadable'] }),
  deeds: ['revoke'],
  look({ roster }) {
    const { numbers } = roster.columns
    return {
      has: (slot) => ((numbers.flags[slot] ?? 0) & flag.readable) === 0,
      rank: (slot) => numbers.sizeBytes[slot] ?? 0,
      tell: ({ count }) => ({
        severity: 'warning',
        explanation: `${many(count, 'payload')} could not be decoded as any format that is known here.`,
      }),
    }
  },
}

/** All that is looked for in sessions, in the order of the page: the seed's three pitfalls first (no expiry, keys that are not unique, large payloads). */
export const sessionChecks: readonly SessionCheck[] = [
  noExpiry,
  changedPerson,
  weakId,
  oversized,
  farExpiry,
  crowded,
  anonymous,
  unreadable,
]

function many(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : several}`
}
