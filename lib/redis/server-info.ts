import type { ServerFacts, ServerReading } from '@/lib/session/server-facts'
import type { Connection } from './connection'
import { isAnswer } from './errors'
import { primariesOf } from './scan'

/** INFO is asked for at most this often. */
const everyMs = 60_000

export type ServerInfo = {
  /** Asks again when the last answer is a minute old; else costs nothing. Never throws: without an answer the last one stands. */
  refresh(): Promise<void>
  /** What was told last. */
  reading(): ServerReading
  /** Rises when what is told differs. */
  version(): number
}

/**
 * What INFO says of the servers behind these connections, remembered; one that is away is left out while another answers, and one that does not tell makes it unknown.
 * Cost: one INFO a primary, once a minute and only while somebody looks.
 */
export function createServerInfo(connections: readonly Connection[]): ServerInfo {
  let reading: ServerReading = { unknown: 'Redis was not asked yet.' }
  let version = 1
  let askedAt: number | null = null
  let asking: Promise<void> | null = null

  function keep(next: ServerReading) {
    reading = next
    version += 1
    askedAt = performance.now()
  }

  async function ask() {
    const up = connections.filter((connection) => connection.health().state === 'up')
    if (!up.every((connection) => connection.capabilities().info))
      return keep({ unknown: 'This Redis user may not run INFO.' })
    try {
      const texts = await Promise.all(up.flatMap(primariesOf).map((primary) => primary.info()))
      const facts = texts.map(parseInfo).filter((one) => one !== null)
      keep(facts.length === texts.length ? { facts } : { unknown: 'This Redis does not tell it in INFO.' })
    } catch (error) {
      if (isAnswer(error)) keep({ unknown: 'Redis refused to answer INFO.' })
      // No answer: the next look asks again, and the page's own state says that Redis is away.
    }
  }

  return {
    refresh() {
      if (asking !== null) return asking
      const isFresh = askedAt !== null && performance.now() - askedAt < everyMs
      if (isFresh || !connections.some((connection) => connection.health().state === 'up')) return Promise.resolve()
      asking = ask().finally(() => {
        asking = null
      })
      return asking
    },
    reading: () => reading,
    version: () => version,
  }
}

/** The facts in the text of INFO, or null where it does not even tell how long the server is up. */
export function parseInfo(text: string): ServerFacts | null {
  const values = new Map(text.split(/\r?\n/).map((line) => cut(line)))
  const number = (name: string) => {
    const value = values.get(name)
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : null
  }
  const upSeconds = number('uptime_in_seconds')
  if (upSeconds === null) return null
  const aof = number('aof_enabled')
  const saves = number('rdb_saves')
  return {
    maxMemoryBytes: number('maxmemory'),
    usedMemoryBytes: number('used_memory'),
    evictionPolicy: values.get('maxmemory_policy') ?? null,
    evictedKeys: number('evicted_keys'),
    hasAppendOnlyFile: aof === null ? null : aof === 1,
    hasSnapshot: saves === null ? null : saves > 0,
    hasFailedSave: [values.get('rdb_last_bgsave_status'), values.get('aof_last_write_status')].includes('err'),
    upMs: upSeconds * 1000,
  }
}

function cut(line: string): [string, string] {
  const at = line.indexOf(':')
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
}
