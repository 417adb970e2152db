import type { ServerFacts } from '@/lib/session/server-facts'
import type { Thresholds } from '@/lib/session/thresholds'
import type { Told } from './session-check'

/** By its defaults Redis would have written a snapshot by now, were it to write any. */
export const snapshotDueMs = 60 * 60_000

/** What can be wrong with the Redis that holds them. `judge`: null where all is well, `unknown` where it cannot be told. */
export type ServerCheck = {
  id: string
  title: string
  why: string
  remedy: string
  judge(facts: ServerFacts, thresholds: Thresholds): Told | { unknown: string } | null
}

const eviction: ServerCheck = {
  id: 'eviction',
  title: 'Redis may log people out',
  why: 'When Redis is full it either throws keys away, and people are signed out in the middle of their work, or refuses to write, and nobody can sign in.',
  remedy:
    'Give sessions a Redis of their own with room to spare, set maxmemory-policy to noeviction there, and watch used_memory. Keep caches, which may be thrown away, elsewhere.',
  judge({ maxMemoryBytes, usedMemoryBytes, evictionPolicy, evictedKeys }, { fullPercent }) {
    if (maxMemoryBytes === null || evictionPolicy === null) return { unknown: 'This Redis does not tell its policy.' }
    if (maxMemoryBytes === 0) return null
    const isFull = (usedMemoryBytes ?? 0) * 100 > maxMemoryBytes * fullPercent
    if (evictionPolicy === 'noeviction') {
      return isFull
        ? {
            severity: 'critical',
            explanation: `Redis is over ${fullPercent} % full and refuses writes when it is full.`,
          }
        : null
    }
    const evicted = evictedKeys ? ` It has evicted ${evictedKeys.toLocaleString('en-US')} keys since it started.` : ''
    const room = isFull ? `Redis is over ${fullPercent} % full and evicts` : 'Redis evicts'
    return {
      severity: isFull || evicted ? 'critical' : 'warning',
      explanation: `${room} keys when its memory is full (maxmemory-policy ${evictionPolicy}).${evicted}`,
    }
  },
}

const persistence: ServerCheck = {
  id: 'persistence',
  title: 'Nothing is kept on disk',
  why: 'A restart of Redis signs everybody out at once, and everybody signs in at once.',
  remedy:
    'Turn on appendonly in Redis, or snapshots with save. Leave it where signing everybody out at a restart is what you want.',
  judge({ hasAppendOnlyFile, hasSnapshot, hasFailedSave, upMs }) {
    if (hasFailedSave) {
      return { severity: 'critical', explanation: 'The last write of Redis to its disk failed.' }
    }
    if (hasAppendOnlyFile === true || hasSnapshot === true) return null
    if (hasAppendOnlyFile === null || hasSnapshot === null) return { unknown: 'This Redis does not tell.' }
    if (upMs < snapshotDueMs) {
      return { unknown: 'Redis started less than an hour ago, so a first snapshot may still be to come.' }
    }
    return {
      severity: 'info',
      explanation: 'Redis keeps no append-only file and has written no snapshot since it started.',
    }
  },
}

/** All that is looked for in Redis itself, in the order of the page. */
export const serverChecks: readonly ServerCheck[] = [eviction, persistence]
