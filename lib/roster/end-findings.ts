import { many, type SessionCheck, saySpan } from './session-check'

export const noExpiry: SessionCheck = {
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

export const farExpiry: SessionCheck = {
  id: 'far-expiry',
  title: 'Sessions that live too long',
  why: 'A stolen session works until its end. The further away that is, the longer nobody needs a password.',
  remedy:
    'Give SETEX or EXPIRE the idle timeout that your policy asks for, and renew it at each visit. For “remember me” keep a token of its own, which can be taken back.',
  filter: ({ roster, now }) => ({ expiresAfter: now + roster.thresholds.longestLifeMs }),
  deeds: ['revoke'],
  look({ roster, now }) {
    const { numbers } = roster.columns
    const { longestLifeMs } = roster.thresholds
    const endsAt = (slot: number) => numbers.expiresAt[slot] ?? Number.NaN
    return {
      has: (slot) => endsAt(slot) > now + longestLifeMs,
      rank: endsAt,
      tell: ({ count }) => ({
        severity: 'warning',
        explanation: `${many(count, 'session ends', 'sessions end')} more than ${saySpan(longestLifeMs)} from now.`,
      }),
    }
  },
}

/** Shorter than this the guard may be about to end it again. */
const settledMs = 5000

export const cameBack: SessionCheck = {
  id: 'came-back',
  title: 'Back after a revoke',
  why: 'Somebody was to be signed out and is signed in: a request that took longer than the guard stood has saved the session again, or something restored it. If it was revoked because it was stolen, the thief is back.',
  remedy:
    'Revoke it again: open it below. That raises its guard anew. Then find what writes it: a request or a job that runs for minutes, or a framework that saves without looking whether the session is still there. With the store library such a save creates nothing. Where the application uses session ids again it may be a new sign-in; let it give a new id at each.',
  filter: () => null,
  deeds: [],
  look({ roster, readAt }) {
    const since = new Map<number, number>()
    for (const { source, key, cameBackAt } of roster.ends.listReturned()) {
      const slot = roster.findSlot(source, key)
      if (slot !== null && readAt - cameBackAt >= settledMs) since.set(slot, cameBackAt)
    }
    return {
      has: (slot) => since.has(slot),
      rank: (slot) => since.get(slot) ?? 0,
      tell: ({ count }) => ({
        severity: 'critical',
        explanation: `${many(count, 'session lives', 'sessions live')} again that an admin had revoked here, and ${count === 1 ? 'was' : 'were'} not ended again.`,
      }),
    }
  },
}
