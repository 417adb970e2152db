import type { AuditEntry } from '@/lib/contract/audit'

type Partial = Omit<AuditEntry, 'id' | 'at'>

/** The same denial of the same admin stands in the stream once in this time. */
const everyMs = 60_000
/** So many kinds of denials are remembered; the oldest go first. */
const mostRemembered = 1_000

/**
 * Keeps whoever may not do a thing from pushing what was done out of a stream of bounded length: of denials of one deed to one admin the first of a minute is kept, and the next one that is kept says how
 * many there were between. A refused sign-in is always kept; those have a throttle of their own. Pure but for its memory.
 */
export function createDenials() {
  const seen = new Map<string, { keptAt: number; more: number }>()
  return {
    /** The entry as it should be kept, or null: only counted. */
    admit(entry: Partial, now: number): Partial | null {
      if (entry.outcome !== 'denied' || entry.deed === 'admin.sign-in') return entry
      const name = `${entry.deed} ${entry.admin}`
      const known = seen.get(name)
      if (known !== undefined && now - known.keptAt < everyMs && now >= known.keptAt) {
        known.more += 1
        return null
      }
      seen.delete(name)
      seen.set(name, { keptAt: now, more: 0 })
      const oldest = seen.keys().next().value
      if (seen.size > mostRemembered && oldest !== undefined) seen.delete(oldest)
      if (known === undefined || known.more === 0) return entry
      return {
        ...entry,
        reason: `${entry.reason ?? 'Denied.'} ${known.more} more of these were denied since the last.`,
      }
    },
  }
}
