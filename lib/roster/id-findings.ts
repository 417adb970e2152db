import { many, type SessionCheck } from './session-check'
import { hasHashedKey, isShortOrNumber, neighboursOf } from './weak-id'

export const changedPerson: SessionCheck = {
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

export const weakId: SessionCheck = {
  id: 'weak-id',
  title: 'Session ids that can be guessed',
  why: 'The session id is all that proves who somebody is. A short or counted one can be tried out by anybody, and two sessions that are given the same one overwrite each other.',
  remedy:
    'Make each id from a cryptographic random source, at least 128 bits of it: crypto.randomBytes(16) in Node, secrets.token_urlsafe(16) in Python. End the sessions that have a weak one.',
  filter: () => null,
  deeds: [],
  look({ roster, placeOf }) {
    const { columns } = roster
    const { numbers, strings } = columns
    const prefixes = new Map<number, { source: string; prefix: string; suffix: string }>()
    const exempt = new Map<number, boolean>()
    const isExempt = (format: number) => {
      const known = exempt.get(format) ?? hasHashedKey(strings.format.at(format) ?? '')
      exempt.set(format, known)
      return known
    }
    const { idBits } = roster.thresholds
    let counted = 0
    return {
      has(slot) {
        if (isExempt(numbers.format[slot] ?? 0)) return false
        const number = numbers.source[slot] ?? 0
        let place = prefixes.get(number)
        if (place === undefined) {
          const source = strings.source.at(number) ?? ''
          const { prefix, suffix } = placeOf(source)
          place = { source, prefix: latin1(prefix), suffix: latin1(suffix) }
          prefixes.set(number, place)
        }
        const { source, prefix, suffix } = place
        const key = columns.keyTextAt(slot)
        const id = key.slice(prefix.length, key.length - suffix.length)
        const isCounted = neighboursOf(id).some((next) => roster.findSlot(source, prefix + next + suffix) !== null)
        if (isCounted) counted += 1
        return isCounted || isShortOrNumber(id, idBits)
      },
      tell: ({ count }) => ({
        severity: 'critical',
        explanation: `The ids of ${many(count, 'session')} are too short, all digits, or counted up${counted === 0 ? '' : `; ${counted.toLocaleString('en-US')} of them stand in a row, one after another`}. Judged by the part of the key after its prefix, which is not shown: it opens the session.`,
      }),
    }
  },
}

const latin1 = (text: string) => Buffer.from(text).toString('latin1')
