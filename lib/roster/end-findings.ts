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
