import { expiringMs, type SessionStatus } from '@/lib/contract/session'
import { flag } from './columns'
import type { Roster } from './roster'

/** How many sessions of one source and format have one status. */
export type CensusLine = { source: string; format: string; status: SessionStatus; count: number }

const statuses: SessionStatus[] = ['unreadable', 'persistent', 'expiring', 'active']

/** Counts all sessions by source, format and status. One pass over four columns, and only when the roster's version is another. */
export function createCensus(roster: Roster): (now: number) => CensusLine[] {
  let known: { version: number; lines: CensusLine[] } | null = null
  return (now) => {
    roster.tick(now)
    const version = roster.version()
    if (known?.version !== version) known = { version, lines: countAll(roster, now) }
    return known.lines
  }
}

function countAll({ columns }: Roster, now: number): CensusLine[] {
  const { flags, source, format, expiresAt } = columns.numbers
  const { strings, end } = columns
  const formats = strings.format.end
  const counts = new Uint32Array(strings.source.end * formats * statuses.length)
  for (let slot = 0; slot < end; slot += 1) {
    const has = flags[slot] ?? 0
    if (has === 0) continue
    const left = (expiresAt[slot] ?? Number.NaN) - now
    const status = (has & flag.readable) === 0 ? 0 : Number.isNaN(left) ? 1 : left < expiringMs ? 2 : 3
    const place = ((source[slot] ?? 0) * formats + (format[slot] ?? 0)) * statuses.length + status
    counts[place] = (counts[place] ?? 0) + 1
  }
  const lines: CensusLine[] = []
  for (const [place, count] of counts.entries()) {
    if (count === 0) continue
    const pair = Math.floor(place / statuses.length)
    lines.push({
      source: strings.source.at(Math.floor(pair / formats)) ?? '',
      format: strings.format.at(pair % formats) ?? '',
      status: statuses[place % statuses.length] ?? 'active',
      count,
    })
  }
  return lines
}
