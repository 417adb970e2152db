import { randomUUID } from 'node:crypto'
import type { Audit } from '@/lib/audit'
import { isKnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Roster } from '@/lib/roster/roster'
import type { StoredSession } from '@/lib/session/source'
import type { GuardedSource } from './judge'

/** Of this person no session lives that was created before `at`. It is enforced between `from` and `until`. */
export type Bar = { principal: string; at: number; from: number; until: number }

/** So many at most; the oldest go first. */
const mostBars = 1000
/** So many sessions are ended in one go. */
const batchKeys = 100
/** What one person's sessions do within this time is one entry of the audit. */
const burstMs = 10_000

type NotBeforeOptions = {
  now(): number
  roster: Roster
  audit: Audit
  log: Log
  findSource(id: string): GuardedSource | null
  /** Remembers what is ended, so that it does not come back. */
  raise(source: string, stored: StoredSession): void
  hold(source: string, key: Buffer): void
}

/**
 * The marks against persons who were logged out everywhere: whatever session of theirs appears later and says that it was created before is ended. One that does not say when it was created is
 * left to the job, which ends whatever appears while it runs.
 */
export function createNotBefore({ now, roster, audit, log, findSource, raise, hold }: NotBeforeOptions) {
  const bars = new Map<string, Bar>()
  const toldAt = new Map<string, number>()
  let seenVersion = -1
  let isSweeping = false

  /** Ends what stands in the roster against a mark. Cost: a pass over two columns when the roster changed while a mark stands; for what is found that of `Source.removeContested`. */
  async function sweep(): Promise<void> {
    for (const [principal, bar] of bars) if (bar.until <= now()) forget(principal)
    const version = roster.version()
    if (isSweeping || bars.size === 0 || version === seenVersion) return
    isSweeping = true
    seenVersion = version
    try {
      for (const [source, keys] of findBarred()) {
        for (let at = 0; at < keys.length; at += batchKeys) await end(source, keys.slice(at, at + batchKeys))
      }
    } catch (error) {
      // Redis went away in the midst of it: the next sweep looks at all of them again.
      seenVersion = -1
      if (!isKnownError(error)) log.error('guard.broken', { error })
    } finally {
      isSweeping = false
    }
  }

  function findBarred(): Map<string, Buffer[]> {
    const { numbers, texts, end } = roster.columns
    const atOf = new Map<number, number>()
    for (const { principal, at, from } of bars.values()) {
      const id = from <= now() ? texts.principal.find(principal) : null
      if (id !== null) atOf.set(id, at)
    }
    const found = new Map<string, Buffer[]>()
    for (let slot = 0; atOf.size > 0 && slot < end; slot += 1) {
      const at = numbers.flags[slot] === 0 ? undefined : atOf.get(numbers.principal[slot] ?? 0)
      // NaN, where it does not tell, is not before anything.
      if (at === undefined || !((numbers.createdAt[slot] ?? Number.NaN) < at)) continue
      const { source, key } = roster.at(slot)
      const keys = found.get(source)
      if (keys === undefined) found.set(source, [key])
      else keys.push(key)
    }
    return found
  }

  /** What changed its person or is newer in the moment of the end lives. */
  async function end(id: string, keys: Buffer[]): Promise<void> {
    const source = findSource(id)?.source
    if (source === undefined) return
    let ended: string | null = null
    const results = await source.removeContested(keys, (stored) => {
      const { principal, createdAt, key } = stored.session
      const bar = principal === null ? undefined : bars.get(principal)
      if (bar === undefined || createdAt === null || createdAt >= bar.at) return 'newer'
      roster.ends.expect(id, key.toString('latin1'), 'revoked', now())
      raise(id, stored)
      return null
    })
    for (const [index, key] of keys.entries()) {
      if (results[index] !== 'done') continue
      hold(id, key)
      ended ??= roster.find(id, key)?.principal ?? null
      roster.drop(id, key, { cause: 'revoked', at: now() })
    }
    roster.publish()
    if (ended !== null) tell(ended)
  }

  function tell(principal: string): void {
    if (now() - (toldAt.get(principal) ?? 0) < burstMs) return
    toldAt.set(principal, now())
    const nobody = { admin: null, ip: null, handle: null, requestId: randomUUID() }
    const reason = 'They were logged out everywhere, and a session that was created before appeared.'
    void audit.write({ ...nobody, principal, phase: 'outcome', deed: 'guard.end', outcome: 'done', reason })
  }

  function forget(principal: string): void {
    bars.delete(principal)
    toldAt.delete(principal)
  }

  return {
    sweep,
    forget,
    put(bar: Bar): void {
      bars.delete(bar.principal)
      bars.set(bar.principal, bar)
      seenVersion = -1
      const oldest = bars.keys().next().value
      if (bars.size > mostBars && oldest !== undefined) forget(oldest)
    },
  }
}
