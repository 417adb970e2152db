import { expiringMs, type SessionStatus, type SortField, sessionStatuses } from '@/lib/contract/session'
import { findingsOf } from '@/lib/session/session'
import { flag } from './columns'
import type { Roster } from './roster'
import { type Fill, few, mostFew } from './select'
import type { Strings } from './strings'

const statusRank = Object.fromEntries(sessionStatuses.map((status, index) => [status, index])) as Record<
  SessionStatus,
  number
>

/** The values by which slots are sorted. A loop over the columns themselves for each kind: a session object for each of a million would cost a second. */
export function valuesOf(roster: Roster, field: Exclude<SortField, 'handle'>, now: number): Fill {
  const { numbers, strings, texts } = roster.columns
  switch (field) {
    case 'createdAt':
    case 'lastSeenAt':
    case 'expiresAt':
    case 'sizeBytes':
    case 'companionBytes':
      return fillFrom(numbers[field])
    case 'principal':
    case 'label':
    case 'ip':
    case 'device':
      return fillByText(numbers[field], texts[field])
    case 'source':
    case 'format': {
      // Each session has one.
      const fill = fillByText(numbers[field], strings[field])
      return strings[field].end < mostFew ? few(fill) : fill
    }
    case 'status': {
      const { flags, expiresAt } = numbers
      return few((values, items) => {
        for (let at = 0; at < items.length; at += 1) {
          const slot = items[at] ?? 0
          const left = (expiresAt[slot] ?? Number.NaN) - now
          if (((flags[slot] ?? 0) & flag.readable) === 0) values[at] = statusRank.unreadable
          else if (Number.isNaN(left)) values[at] = statusRank.persistent
          else values[at] = left < expiringMs ? statusRank.expiring : statusRank.active
        }
      })
    }
    case 'findings':
      return fillByFindings(roster)
  }
}

function fillFrom(column: Float64Array | Uint32Array): Fill {
  return (values, items) => {
    for (let at = 0; at < items.length; at += 1) values[at] = column[items[at] ?? 0] ?? Number.NaN
  }
}

/** By the place of the text among all texts; none has no value. */
export function fillByText(column: Uint32Array | Uint16Array | Uint8Array, strings: Strings): Fill {
  const ranks = strings.ranks()
  return (values, items) => {
    for (let at = 0; at < items.length; at += 1) {
      const id = column[items[at] ?? 0] ?? 0
      values[at] = id === 0 ? Number.NaN : (ranks[id] ?? Number.NaN)
    }
  }
}

/** How many findings each combination of what is looked at has. */
const has = { expiry: 1, size: 2, readable: 4, principal: 8, secrets: 16, truncated: 32 } as const
const findingCounts = Uint8Array.from({ length: 64 }, (_, bits) => {
  const found = {
    expiresAt: bits & has.expiry ? 0 : null,
    sizeBytes: bits & has.size ? 1 : 0,
    principal: bits & has.principal ? '' : null,
    isReadable: (bits & has.readable) !== 0,
    isTruncated: (bits & has.truncated) !== 0,
    secretNames: bits & has.secrets ? '' : null,
  }
  return findingsOf(found, { oversizedBytes: 0 }).length
})

function fillByFindings({ columns, thresholds }: Roster): Fill {
  const { flags, expiresAt, sizeBytes, principal, secretNames } = columns.numbers
  const { oversizedBytes } = thresholds
  return few((values, items) => {
    for (let at = 0; at < items.length; at += 1) {
      const slot = items[at] ?? 0
      const bits = flags[slot] ?? 0
      const found =
        (Number.isNaN(expiresAt[slot] ?? Number.NaN) ? 0 : has.expiry) |
        ((sizeBytes[slot] ?? 0) > oversizedBytes ? has.size : 0) |
        (bits & flag.readable ? has.readable : 0) |
        (principal[slot] === 0 ? 0 : has.principal) |
        (secretNames[slot] === 0 ? 0 : has.secrets) |
        (bits & flag.truncated ? has.truncated : 0)
      values[at] = findingCounts[found] ?? 0
    }
  })
}
