import { inject, test } from 'vitest'
import { createRoster } from '@/lib/roster/roster'
import type { Session } from '@/lib/session/session'
import { counted, tell } from './support/row'

const changesPerSecond = 50_000
const seconds = 5
const sessionsEach = 10
const agents = ['Chrome on Windows', 'Safari on iPhone', 'Firefox on Linux']
const most = inject('sessions')
/** What `docs/scale.md` says of a session, in bytes, and a process without any. */
const mostBytesEach = 220

/** As a session of express-session is held: a key of 37 bytes, a person of ten sessions, one of a million addresses. */
function sessionOf(index: number, seenAt: number): Session {
  const person = Math.floor(index / sessionsEach)
  return {
    key: Buffer.from(`sess:${String(index).padStart(32, '0')}`),
    ...{ source: 'sess', format: 'connect-redis', principal: `p${person}`, label: `Person ${person}` },
    ...{ createdAt: null, lastSeenAt: seenAt, expiresAt: seenAt + 86_400_000 + (index % 86_400_000) },
    ...{ sizeBytes: 330, companionBytes: 0, isReadable: true, isTruncated: false, secretNames: null },
    ip: `10.${index % 16}.${(index >> 4) % 256}.${(index >> 12) % 256}`,
    device: agents[index % agents.length] ?? null,
  }
}

test('what a roster costs in memory, and what changes cost it, as it grows', (context) => {
  const now = Date.now()
  const roster = createRoster(() => now, undefined, most)
  const before = process.memoryUsage()
  const sizes = [most / 100, most / 10, most].map(Math.floor)
  let filled = 0
  for (const size of sizes) {
    const startedAt = process.cpuUsage()
    const from = filled
    for (; filled < size; filled += 1) roster.put(sessionOf(filled, now), 1)
    const { user, system } = process.cpuUsage(startedAt)
    const { rss, arrayBuffers } = process.memoryUsage()
    const at = `${counted.format(size)} sessions`
    tell(
      context,
      { what: `${at}: held by the columns, each`, value: (arrayBuffers - before.arrayBuffers) / size, unit: 'bytes' },
      {
        ...{ what: `${at}: memory of the process, each`, value: (rss - before.rss) / size, unit: 'bytes' },
        ...(size >= 1_000_000 ? { bound: { of: 'value', most: mostBytesEach } as const } : {}),
      },
      { what: `${at}: taken in, a second of processor`, value: ((size - from) * 1e6) / (user + system), unit: '/s' },
    )
    tell(context, {
      ...{ what: `${at}: processor for ${counted.format(changesPerSecond)} changes a second`, unit: 'cores' },
      value: change(size),
    })
  }

  /** The sessions that change are anywhere among them, as those of visitors are. */
  function change(size: number): number {
    const startedAt = process.cpuUsage()
    for (let number = 0; number < changesPerSecond * seconds; number += 1) {
      const index = (number * 7_919_993) % size
      roster.put(sessionOf(index, now + number), 2, now)
    }
    const { user, system } = process.cpuUsage(startedAt)
    return (user + system) / 1e6 / seconds
  }
})
