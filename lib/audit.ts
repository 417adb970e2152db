import { randomUUID } from 'node:crypto'
import { AuditEntry } from '@/lib/contract/audit'
import type { Log } from '@/lib/log'
import { createMeter, type Metered } from '@/lib/meter'
import type { Connection } from '@/lib/redis/connection'
import { auditStream, seal } from './audit-chain.mjs'
import { createDenials } from './audit-denials'

/** The stream is trimmed to about this many entries; the JSON lines on the process's output are the whole record. */
const mostEntries = 100_000
/** How far back `readFor` looks. */
const lookBack = 2000
/** So many entries wait for the stream at most; what comes beyond is on the process's output only, and counted as lost. */
const mostWaiting = 10_000
/** The stream gets this long for what is left when the process ends; the lines on its output are there at once. */
const closeMs = 500

/**
 * The record of who did what. Two sinks: a JSON line on the process's own output, always and first, and a Redis stream in the home, best effort.
 * In the stream each entry carries the hash of the one before, so that an edit, a gap or a reorder shows. No session id, key or value is ever in an entry.
 */
export type Audit = {
  /**
   * Writes the line at once; the promise is the stream's and never rejects, so a deed need not wait for it. Entries reach the stream in the order of the calls,
   * one at a time. Of denials that repeat the stream gets one a minute, see `audit-denials.ts`. Cost: one XADD.
   */
  write(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>
  /** The same for a deed that must not go unrecorded: false where the stream did not take it. Never rejects. */
  keep(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<boolean>
  /** The entries about one handle, newest first, from the last 2,000 of the stream; empty where the home does not answer. Cost: one XREVRANGE. */
  readFor(handle: string, limit: number): Promise<AuditEntry[]>
  /** How many entries this process brought to their end: while it stands, no page lacks one of them. */
  count(): number
}

/** Since the process began: the deeds by their outcome, and how many entries the stream did not take. */
export type AuditTally = { deeds: Metered[]; lost: number }

/** What the runtime alone needs of it. `close` says of every deed on a session whose end is not known that it is not, and waits a moment for the stream: the process ends. */
type OwnAudit = Audit & { tally(): AuditTally; close(): Promise<void> }

/** `chain`: the name of this process's chain, new at every start. */
export function createAudit({ home, log, chain }: { home: Connection; log: Log; chain: string }): OwnAudit {
  let settled = 0
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  let seq = 0
  let previous: string | null = null
  let previousId: string | null = null
  let lost = 0
  let lostInAll = 0
  const deeds = createMeter()
  const denials = createDenials()
  /** Intents on sessions that have no outcome yet. */
  const open = new Map<string, Omit<AuditEntry, 'id' | 'at'>>()

  async function append(entry: AuditEntry): Promise<boolean> {
    const link = { chain, seq: seq + 1 + lost, previous, previousId, lost }
    const { text, hash } = seal(entry, link)
    let isKept = false
    try {
      previousId = await home.client.xadd(auditStream, 'MAXLEN', '~', mostEntries, '*', 'entry', text)
      previous = hash
      seq = link.seq
      // More may have been lost meanwhile: those are for the next entry to tell.
      lost -= link.lost
      isKept = true
    } catch (error) {
      // The line on the output is the record; a failing Redis must not stop a deed.
      lost += 1
      lostInAll += 1
      log.warn('audit.stream', { requestId: entry.requestId, error })
    }
    waiting -= 1
    settled += 1
    return isKept
  }

  async function keep(partial: Omit<AuditEntry, 'id' | 'at'>): Promise<boolean> {
    follow(partial)
    const told: AuditEntry = { id: randomUUID(), at: home.now(), ...partial }
    log.info('audit', told)
    if (told.outcome !== null) deeds.note([told.deed, told.outcome])
    const admitted = denials.admit(partial, told.at)
    if (admitted === null) return false
    const entry = { ...told, ...admitted }
    if (waiting >= mostWaiting) {
      lost += 1
      lostInAll += 1
      settled += 1
      log.warn('audit.stream', { requestId: entry.requestId, reason: 'too many entries wait' })
      return false
    }
    waiting += 1
    const appended = last.then(() => append(entry))
    last = appended
    return appended
  }

  function follow(entry: Omit<AuditEntry, 'id' | 'at'>) {
    if (!entry.deed.startsWith('session.')) return
    const name = `${entry.requestId} ${entry.deed} ${entry.handle}`
    if (entry.phase === 'intent') open.set(name, entry)
    else open.delete(name)
  }

  return {
    keep,
    async close() {
      const reason = 'The server was stopped before it knew.'
      for (const intent of [...open.values()]) void keep({ ...intent, phase: 'outcome', outcome: 'unknown', reason })
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((done) => {
        timer = setTimeout(done, closeMs)
      })
      await Promise.race([last, late])
      clearTimeout(timer)
    },
    async write(partial) {
      await keep(partial)
    },
    async readFor(handle, limit) {
      try {
        const found = await home.client.xrevrange(auditStream, '+', '-', 'COUNT', lookBack)
        return found
          .flatMap(([, fields]) => readEntry(fields) ?? [])
          .filter((entry) => entry.handle === handle)
          .slice(0, limit)
      } catch (error) {
        log.warn('audit.stream', { error })
        return []
      }
    },
    count: () => settled,
    tally: () => ({ deeds: deeds.read(), lost: lostInAll }),
  }
}

/** What one element of the stream says; null where it is not one of ours. Pure. */
export function readEntry(fields: string[]): AuditEntry | null {
  try {
    return AuditEntry.safeParse(JSON.parse(fields[1] ?? '')).data ?? null
  } catch {
    // Not JSON: a foreign element is not ours to show.
    return null
  }
}
