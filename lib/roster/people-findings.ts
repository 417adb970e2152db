import { flag } from './columns'
import { many, type SessionCheck } from './session-check'

export const crowded: SessionCheck = {
  id: 'crowded',
  title: 'The same person many times over',
  why: 'Somebody with so many sessions is a script that signs in at each call, a shared account, or an account that others use too.',
  remedy:
    'Reuse the session while it lives, end the oldest at a new sign-in, and give scripts a token of their own. Look through the sessions of these people and end what they do not know.',
  filter: () => null,
  deeds: [],
  look({ roster }) {
    const { numbers, texts, end } = roster.columns
    const { sessionsEach } = roster.thresholds
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
      has: (slot) => each(slot) > sessionsEach,
      rank: each,
      tell({ count, highest }) {
        const people = counts.reduce((sum, one) => sum + one.filter((sessions) => sessions > sessionsEach).length, 0)
        return {
          severity: 'warning',
          explanation: `${many(people, 'person has', 'people have')} more than ${sessionsEach} sessions each, ${count.toLocaleString('en-US')} together; at most ${highest.toLocaleString('en-US')} for one.`,
        }
      },
    }
  },
}

export const anonymous: SessionCheck = {
  id: 'anonymous',
  title: 'Mostly nobody signed in',
  why: 'Sessions that are written for every visitor and every crawler fill Redis with nothing, and hide the ones that matter.',
  remedy:
    'Write a session only when there is something to keep (in express-session: saveUninitialized: false), and give those without a person a short end.',
  filter: () => ({ finding: ['anonymous'] }),
  deeds: ['revoke'],
  look({ roster }) {
    const { numbers } = roster.columns
    const { anonymousPercent, anonymousLeast } = roster.thresholds
    return {
      has: (slot) => ((numbers.flags[slot] ?? 0) & flag.readable) !== 0 && numbers.principal[slot] === 0,
      rank: (slot) => numbers.sizeBytes[slot] ?? 0,
      tell({ count, total }) {
        if (count < anonymousLeast || count * 100 <= total * anonymousPercent) return null
        return {
          severity: 'info',
          explanation: `In ${many(count, 'session')}, more than ${anonymousPercent} % of all, nobody is signed in.`,
        }
      },
    }
  },
}
