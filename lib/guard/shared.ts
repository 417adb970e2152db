import * as z from 'zod/mini'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Handles } from '@/lib/session/handle'
import type { Bar } from './not-before'
import { mostTombstones } from './tombstones'

const streamKey = 'rollcall:tombstones'
/** In one entry of the stream. */
const mostInEntry = 200
const mostEntries = 20_000
/** So many wait for the home at most, as many as this process can hold. What is beyond is told to nobody, and the log and the pages of the sessions say so for as long as a tombstone stands. */
const mostWaiting = mostTombstones
const readAtOnce = 500

/** `key`: latin1. */
const Place = z.object({ source: z.string(), key: z.string() })
const Raised = z.object({
  ...Place.shape,
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
/** `person`: a handle. */
const Barred = z.object({ person: z.string(), at: z.number(), from: z.number(), until: z.number() })
const News = z.object({
  raised: z._default(z.array(Raised), []),
  lifted: z._default(z.array(Place), []),
  barred: z._default(z.array(Barred), []),
  unbarred: z._default(z.array(z.string()), []),
})

type Place = z.infer<typeof Place>
/** A tombstone as the other replicas are told of it. */
export type Raised = z.infer<typeof Raised>

type SharedOptions = {
  home: Connection
  log: Log
  /** The name of this process; its own news is no news to it. */
  runner: string
  handles(): Pick<Handles, 'sealBlock' | 'openBlock' | 'sealPerson' | 'openPerson'>
  /** How long the longest tombstone stands. */
  guardMs: number
  onRaised(raised: Raised): void
  onLifted(place: Place): void
  onBarred(bar: Bar): void
  onUnbarred(principal: string): void
}

/**
 * Tombstones and marks against persons that the replicas share, and that outlive a restart: a stream in the home to which each adds its own and of which each reads what is new. Each entry is sealed as a
 * whole, so no session id is in it, and names its runner in front, who need not open it. Best effort: nothing here keeps a deed waiting, and where the home does not answer this process
 * guards alone.
 */
export function createShared(options: SharedOptions) {
  const { home, log, runner, handles, guardMs } = options
  let lastId = '-'
  let reading: Promise<void> | null = null
  let waiting: Raised[] = []
  let isWriting = false
  let isKept = true
  let droppedAt = Number.NEGATIVE_INFINITY

  async function add(news: Partial<z.infer<typeof News>>): Promise<boolean> {
    try {
      if (home.health().state !== 'up') throw new Error('the home does not answer')
      const sealed = handles()
        .sealBlock(Buffer.from(JSON.stringify(news)))
        .toString('base64')
      await home.client.xadd(streamKey, 'MAXLEN', '~', mostEntries, '*', 'runner', runner, 'news', sealed)
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
      for (const [id, [, by, , sealed = '']] of entries) {
        if (by !== runner) take(sealed)
        lastId = id
      }
      if (entries.length < readAtOnce) return
    }
  }

  function take(sealed: string): void {
    const block = handles().openBlock(Buffer.from(sealed, 'base64'))
    // Sealed with another secret, or by somebody else's hand: it guards nothing.
    if (block === null) return
    // What this secret sealed was written by `add`, perhaps of another version.
    const { success, data } = News.safeParse(JSON.parse(block.toString()))
    if (!success) return
    for (const raised of data.raised) options.onRaised(raised)
    for (const place of data.lifted) options.onLifted(place)
    for (const { person, ...bar } of data.barred) {
      const principal = handles().openPerson(person)
      if (principal !== null) options.onBarred({ ...bar, principal })
    }
    for (const person of data.unbarred) {
      const principal = handles().openPerson(person)
      if (principal !== null) options.onUnbarred(principal)
    }
  }

  return {
    /** Tells the others, soon. */
    raise(raised: Raised): void {
      if (waiting.length >= mostWaiting) {
        if (Date.now() - droppedAt > guardMs) log.warn('guard.alone', { reason: 'too many tombstones wait' })
        droppedAt = Date.now()
        return
      }
      waiting.push(raised)
      void write()
    },
    /** Tells the others before it returns; false where the home did not take it. Cost: one XADD and one PEXPIRE for each two hundred. */
    async lift(places: Place[]): Promise<boolean> {
      const nameOf = ({ source, key }: Place) => `${source} ${key}`
      const lifted = new Set(places.map(nameOf))
      waiting = waiting.filter((one) => !lifted.has(nameOf(one)))
      let isTold = true
      for (let at = 0; at < places.length; at += mostInEntry) {
        isTold = (await add({ lifted: places.slice(at, at + mostInEntry) })) && isTold
      }
      return isTold
    },
    /** Tells the others of a mark against a person; best effort. Cost: one XADD and one PEXPIRE. */
    bar: ({ principal, ...bar }: Bar) => add({ barred: [{ ...bar, person: handles().sealPerson(principal) }] }),
    /** And that it is lifted; false where the home did not take it. */
    unbar: (principal: string) => add({ unbarred: [handles().sealPerson(principal)] }),
    /** Reads what the others told since the last time. Throws as the client does. Cost: one XRANGE. */
    read(): Promise<void> {
      reading ??= readNews().finally(() => {
        reading = null
      })
      return reading
    },
    /** Whether the home took what was told last, and nothing was left out that may still stand. */
    isKept: () => isKept && Date.now() - droppedAt > guardMs,
    watch: (onNews: () => void) => home.watch([streamKey], onNews),
  }
}
