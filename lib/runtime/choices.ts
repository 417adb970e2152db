import { SourceChoice } from '@/lib/contract/source'
import { KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'

const choicesKey = 'rollcall:sources'
/** So many choices are kept; one more is refused. */
const mostChoices = 200
/** After a failure, and where Redis does not tell of changes. */
const rereadMs = 1_000

/**
 * What admins said of prefixes: to be watched or left alone, and as which format. Kept in the home Redis, held in this process and read again when its key changes, so all replicas
 * agree; asking costs nothing.
 */
export type Choices = {
  /** Null until the home first answered: then nothing is known of what was chosen, and what is found waits. */
  list(): readonly SourceChoice[] | null
  /** Throws `source-unavailable` where the home does not answer, `conflict` where there are too many. Cost: one HSET. */
  set(choice: SourceChoice): Promise<void>
  start(onChange: () => void): void
  close(): void
}

export function createChoices({ home, log }: { home: Connection; log: Log }): Choices {
  let held: SourceChoice[] | null = null
  let timer: NodeJS.Timeout | undefined
  let isReading = false
  /** The key changed, or may have, while it was read. */
  let isOld = false
  let isClosed = false
  let tell = () => {}
  const stops: (() => void)[] = []

  const nameOf = ({ redis, database, prefix }: Pick<SourceChoice, 'redis' | 'database' | 'prefix'>) =>
    redis === null ? `${database} ${prefix}` : JSON.stringify([redis, database, prefix])

  async function read(): Promise<void> {
    if (isReading) {
      isOld = true
      return
    }
    clearTimeout(timer)
    if (home.health().state !== 'up') return
    isReading = true
    isOld = false
    let isFollowed = home.feed() === 'tracking'
    try {
      const fields = await home.client.hgetall(choicesKey)
      const next = Object.values(fields).flatMap((text) => parse(text) ?? [])
      const isNew = held === null || JSON.stringify(next) !== JSON.stringify(held)
      held = next
      if (isNew) tell()
    } catch (error) {
      // The home may come and go; what was known stays, and it is asked again.
      log.warn('source.choices', { error })
      isFollowed = false
    } finally {
      isReading = false
    }
    if (isOld) return read()
    // Where nobody tells of changes it is looked at again and again.
    if (!isFollowed && !isClosed) timer = setTimeout(() => void read(), rereadMs).unref()
  }

  return {
    list: () => held,
    async set(choice) {
      const name = nameOf(choice)
      if (home.health().state !== 'up') throw away(null)
      const others = (held ?? []).filter((one) => nameOf(one) !== name)
      if (others.length >= mostChoices) {
        throw new KnownError('conflict', `There are ${mostChoices} choices already; that is the most.`)
      }
      // One that failed may have been carried out: it is read again.
      await home.client.hset(choicesKey, name, JSON.stringify(choice)).catch((cause: unknown) => {
        void read()
        throw away(cause)
      })
      held = [...others, choice]
      tell()
    },
    start(onChange) {
      tell = onChange
      stops.push(
        home.watch([choicesKey], () => void read()),
        home.onHealth(() => void read()),
      )
      void read()
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      for (const stop of stops) stop()
    },
  }
}

function parse(text: string): SourceChoice | null {
  try {
    return SourceChoice.parse(JSON.parse(text))
  } catch {
    // Not as we write it: somebody else's hand. It chooses nothing.
    return null
  }
}

function away(cause: unknown): KnownError {
  return new KnownError('source-unavailable', 'The home Redis does not answer.', { cause, retryAfterMs: rereadMs })
}
