import { flag } from './columns'
import { many, type SessionCheck, sayThreshold } from './session-check'

/** So many names of fields are told. */
const mostNames = 6

export const oversized: SessionCheck = {
  id: 'oversized',
  title: 'Large payloads',
  why: 'The whole payload travels at every request and every save. Large ones slow Redis for everybody, because it serves one command after another, and they fill its memory.',
  remedy:
    'Keep ids in the session and the data they name in a table or a cache of its own. Under 4 KB is what a session needs.',
  filter: () => ({ finding: ['oversized'] }),
  deeds: [],
  look({ roster }) {
    const { numbers } = roster.columns
    const { oversizedBytes, hugeBytes } = roster.thresholds
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
        explanation: `${many(count, 'session is', 'sessions are')} larger than ${sayThreshold(oversizedBytes)}${huge === 0 ? '' : `, ${huge.toLocaleString('en-US')} of them larger than ${sayThreshold(hugeBytes)}`}.`,
      }),
    }
  },
}

export const secrets: SessionCheck = {
  id: 'secrets',
  title: 'Secrets inside payloads',
  why: 'Whoever reads Redis, a backup of it or a log of its traffic has these too: passwords that people use elsewhere, tokens and keys that open other systems, and not only this session.',
  remedy:
    'Never store a password; check it and forget it. Keep tokens and keys on the server, encrypted, and put only their id into the session. Then end the sessions that still hold them, and replace what was stored.',
  filter: () => ({ finding: ['secrets'] }),
  deeds: ['revoke'],
  look({ roster }) {
    const { numbers, texts } = roster.columns
    const counts = new Uint32Array(texts.secretNames.end)
    return {
      has(slot) {
        const id = numbers.secretNames[slot] ?? 0
        if (id === 0) return false
        counts[id] = (counts[id] ?? 0) + 1
        return true
      },
      rank: (slot) => numbers.lastSeenAt[slot] || numbers.createdAt[slot] || 0,
      tell: ({ count }) => ({
        severity: 'critical',
        explanation: `${many(count, 'session holds', 'sessions hold')} in clear what should not stand in a session, under: ${sayNames(counts, (id) => texts.secretNames.at(id) ?? '')}. Their values are not shown, here or anywhere.`,
      }),
    }
  },
}

/** `accessToken (1,204), apiKey (17)`: the most frequent names of fields, over all payloads. */
function sayNames(counts: Uint32Array, namesOf: (id: number) => string): string {
  const sums = new Map<string, number>()
  for (const [id, count] of counts.entries()) {
    if (count === 0) continue
    for (const name of namesOf(id).split(', ')) sums.set(name, (sums.get(name) ?? 0) + count)
  }
  const sorted = [...sums].sort(([, a], [, b]) => b - a)
  const said = sorted.slice(0, mostNames).map(([name, count]) => `${name} (${count.toLocaleString('en-US')})`)
  return `${said.join(', ')}${sorted.length > mostNames ? ` and ${many(sorted.length - mostNames, 'other field')}` : ''}`
}

export const unreadable: SessionCheck = {
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
