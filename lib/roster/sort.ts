import { expiringMs, type SessionStatus, type SortField, sessionStatuses } from '@/lib/contract/session'
import { findingsOf } from '@/lib/session/session'
import { flag } from './columns'
import type { Roster } from './roster'

type Compare = (a: number, b: number) => number
/** The value of a slot in one column; null, and NaN in numbers, stands last. */
type ValueAt = (slot: number) => string | number | null

const statusRank = Object.fromEntries(sessionStatuses.map((status, index) => [status, index])) as Record<
  SessionStatus,
  number
>

function valuesOf(roster: Roster, field: SortField, context: { now: number; handleAt(slot: number): string }): ValueAt {
  const { numbers, strings, texts } = roster.columns
  switch (field) {
    case 'createdAt':
    case 'lastSeenAt':
    case 'expiresAt':
    case 'sizeBytes':
    case 'companionBytes': {
      const column = numbers[field]
      return (slot) => column[slot] ?? null
    }
    case 'principal':
    case 'label':
    case 'ip':
    case 'device': {
      const column = numbers[field]
      const ranks = texts[field].ranks()
      return (slot) => (column[slot] === 0 ? null : (ranks[column[slot] ?? 0] ?? null))
    }
    case 'source':
    case 'format': {
      const column = numbers[field]
      const ranks = strings[field].ranks()
      return (slot) => ranks[column[slot] ?? 0] ?? null
    }
    case 'status': {
      // The columns themselves: a session object for each of a million comparisons would cost a second.
      const { flags, expiresAt } = numbers
      return (slot) => {
        if (((flags[slot] ?? 0) & flag.readable) === 0) return statusRank.unreadable
        const left = (expiresAt[slot] ?? Number.NaN) - context.now
        if (Number.isNaN(left)) return statusRank.persistent
        return left < expiringMs ? statusRank.expiring : statusRank.active
      }
    }
    case 'findings': {
      const { flags, expiresAt, sizeBytes, principal, secretNames } = numbers
      const { thresholds } = roster
      return (slot) => {
        const bits = flags[slot] ?? 0
        const found = {
          expiresAt: Number.isNaN(expiresAt[slot] ?? Number.NaN) ? null : 0,
          sizeBytes: sizeBytes[slot] ?? 0,
          principal: principal[slot] === 0 ? null : '',
          isReadable: (bits & flag.readable) !== 0,
          isTruncated: (bits & flag.truncated) !== 0,
          secretNames: secretNames[slot] === 0 ? null : '',
        }
        return findingsOf(found, thresholds).length
      }
    }
    case 'handle':
      return (slot) => context.handleAt(slot)
  }
}

const isNull = (value: string | number | null) => value === null || Number.isNaN(value)

/** How two slots stand to each other by one field. Total: equal values fall back to the slot, so that pages never overlap. */
export function compareSlots(
  roster: Roster,
  field: SortField,
  order: 'asc' | 'desc',
  context: { now: number; handleAt(slot: number): string },
): Compare {
  return compareBy(valuesOf(roster, field, context), order)
}

/** How two things stand to each other by one value of each. Total: equal values fall back to the number of the thing itself. */
export function compareBy(valueAt: ValueAt, order: 'asc' | 'desc'): Compare {
  const sign = order === 'asc' ? 1 : -1
  return (a, b) => {
    if (a === b) return 0
    const left = valueAt(a)
    const right = valueAt(b)
    if (left === right) return a - b
    const isLeftNull = isNull(left)
    if (isLeftNull || isNull(right)) return isLeftNull && isNull(right) ? a - b : isLeftNull ? 1 : -1
    // Neither is null here, and one column holds one type.
    return sign * ((left as number) < (right as number) ? -1 : 1)
  }
}
