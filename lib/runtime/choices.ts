import { SourceChoice } from '@/lib/contract/source'
import { KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'

const choicesKey = 'rollcall:sources'
/** So many choices are kept; one more is refused. */
const mostChoices = 200
const retryMs = 1_000

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
  let mustRead = true
  let tell = () => {}
  const stops: (() => void)[] = []

  const nameOf = ({ database, prefix }: Pick<SourceChoice, 'database' | 'prefix'>) => `${database} ${prefix}`

  async function read() {
    mustRead = true
    clearTimeout(timer)
    if (isReading || home.health().state !== 'up') return
    isReading = true
    mustRead = false
    try {
      const fields = await home.client.hgetall(choicesKey)
      held = Object.values(fields).flatMap((text) => parse(text) ?? [])
      tell()
    } catch (error) {
      // The home may come and go; what was known stays, and it is asked again.
      log.warn('source.choices', { error })
      mustRead = true
      timer = setTimeout(() => void read(), retryMs).unref()
    } finally {
      isReading = false
      if (mustRead && timer === undefined) void read()
    }
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
      await home.client.hset(choicesKey, name, JSON.stringify(choice)).catch((cause: unknown) => {
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
  return new KnownError('source-unavailable', 'The home Redis does not answer.', { cause, retryAfterMs: retryMs })
}
