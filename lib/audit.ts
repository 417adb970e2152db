import { randomUUID } from 'node:crypto'
import { AuditEntry } from '@/lib/contract/audit'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'

const stream = 'rollcall:audit'
/** The stream is trimmed to about this many entries; the JSON lines on the process's output are the whole record. */
const mostEntries = 100_000
/** How far back `readFor` looks. */
const lookBack = 2000

/**
 * The record of who did what. Two sinks: a JSON line on the process's own output, always and first, and a Redis stream in the home, best effort.
 * No session id, key or value is ever in an entry.
 */
export type Audit = {
  /** Writes the line at once; the promise is the stream's and never rejects, so a deed need not wait for it. Cost: one XADD. */
  write(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>
  /** The entries about one handle, newest first, from the last 2,000 of the stream; empty where the home does not answer. Cost: one XREVRANGE. */
  readFor(handle: string, limit: number): Promise<AuditEntry[]>
  /** How many entries this process wrote: while it stands, no page lacks one of them. */
  count(): number
}

export function createAudit({ home, log }: { home: Connection; log: Log }): Audit {
  let written = 0

  function parse(fields: string[]): AuditEntry[] {
    try {
      const parsed = AuditEntry.safeParse(JSON.parse(fields[1] ?? ''))
      return parsed.success ? [parsed.data] : []
    } catch {
      // A foreign entry in the stream is not ours to show.
      return []
    }
  }

  return {
    async write(partial) {
      const entry: AuditEntry = { id: randomUUID(), at: home.now(), ...partial }
      written += 1
      log.info('audit', entry)
      try {
        await home.client.xadd(stream, 'MAXLEN', '~', mostEntries, '*', 'entry', JSON.stringify(entry))
      } catch (error) {
        // The line above is the record; a failing Redis must not stop a deed.
        log.warn('audit.stream', { requestId: entry.requestId, error })
      }
    },
    async readFor(handle, limit) {
      try {
        const found = await home.client.xrevrange(stream, '+', '-', 'COUNT', lookBack)
        return found
          .flatMap(([, fields]) => parse(fields))
          .filter((entry) => entry.handle === handle)
          .slice(0, limit)
      } catch (error) {
        log.warn('audit.stream', { error })
        return []
      }
    },
    count: () => written,
  }
}
