import * as z from 'zod/mini'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'

const streamKey = 'rollcall:tombstones'
/** In one entry of the stream. */
const mostInEntry = 200
const mostEntries = 20_000
/** So many wait for the home at most. */
const mostWaiting = 20_000
const readAtOnce = 500

const Raised = z.object({
  handle: z.string(),
  until: z.number(),
  mark: z.object({
    person: z.nullable(z.string()),
    createdAt: z.nullable(z.number()),
    content: z.string(),
    uniques: z.array(z.string()),
    fields: z.nullable(z.number()),
    isReadable: z.boolean(),
  }),
})
const News = z.object({
  runner: z.string(),
  raised: z._default(z.array(Raised), []),
  lifted: z._default(z.array(z.string()), []),
})

/** A tombstone as the other replicas read it: by handle, so that no session id is in it. */
export type Raised = z.infer<typeof Raised>

type SharedOptions = {
  home: Connection
  log: Log
  /** The name of this process; its own news is no news to it. */
  runner: string
  /** How long the longest tombstone stands. */
  guardMs: number
  onRaised(raised: Raised): void
  onLifted(handle: string): void
}

/**
 * Tombstones that the replicas share, and that outlive a restart: a stream in the home to which each adds its own and of which each reads what is new. Best effort: nothing here
 * keeps a deed waiting, and where the home does not answer this process guards alone.
 */
export function createShared({ home, log, runner, guardMs, onRaised, onLifted }: SharedOptions) {
  let lastId = '-'
  let reading: Promise<void> | null = null
  let waiting: Raised[] = []
  let isWriting = false
  let isKept = true

  async function add(news: { raised: Raised[] } | { lifted: string[] }): Promise<boolean> {
    try {
      if (home.health().state !== 'up') throw new Error('the home does not answer')
      await home.client.xadd(streamKey, 'MAXLEN', '~', mostEntries, '*', 'news', JSON.stringify({ runner, ...news }))
      await home.client.pexpire(streamKey, guardMs + 60_000)
      isKept = true
    } catch (error) {
      if (isKept) log.warn('guard.alone', { error })
      isKept = false
    }
    return isKept
  }

  async function write(): Promise<void> {
    if (isWriting) return
    isWriting = true
    while (waiting.length > 0) await add({ raised: waiting.splice(0, mostInEntry) })
    isWriting = false
  }

  async function readNews(): Promise<void> {
    for (;;) {
      const from = lastId === '-' ? '-' : `(${lastId}`
      const entries = await home.client.xrange(streamKey, from, '+', 'COUNT', readAtOnce)
      for (const [id, [, text = '']] of entries) {
        lastId = id
        take(text)
      }
      if (entries.length < readAtOnce) return
    }
  }

  function take(text: string): void {
    try {
      const news = News.parse(JSON.parse(text))
      if (news.runner === runner) return
      for (const raised of news.raised) onRaised(raised)
      for (const handle of news.lifted) onLifted(handle)
    } catch {
      // Not as we write it: somebody else's hand. It guards nothing.
    }
  }

  return {
    /** Tells the others, soon. */
    raise(raised: Raised): void {
      if (waiting.length >= mostWaiting) return
      waiting.push(raised)
      void write()
    },
    /** Tells the others before it returns; false where the home did not take it. Cost: one XADD and one PEXPIRE for each two hundred. */
    async lift(handles: string[]): Promise<boolean> {
      const lifted = new Set(handles)
      waiting = waiting.filter(({ handle }) => !lifted.has(handle))
      let isTold = true
      for (let at = 0; at < handles.length; at += mostInEntry) {
        isTold = (await add({ lifted: handles.slice(at, at + mostInEntry) })) && isTold
      }
      return isTold
    },
    /** Reads what the others told since the last time. Throws as the client does. Cost: one XRANGE. */
    read(): Promise<void> {
      reading ??= readNews().finally(() => {
        reading = null
      })
      return reading
    },
    /** Whether the home took what was told last. */
    isKept: () => isKept,
    watch: (onNews: () => void) => home.watch([streamKey], onNews),
  }
}
