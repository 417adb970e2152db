import { isKnownError, KnownError } from '@/lib/errors'
import { unanswered, type WriteResult } from '@/lib/session/source'
import { messageOf, troubleOf } from './trouble'

/** What may leave this room of an error that ioredis threw. The original holds the command's arguments, which are keys; it is dropped here. */
export function unavailable(error: unknown): KnownError {
  if (isKnownError(error)) return error
  const reason = reasonOf(error)
  const cause = isAnswer(error) ? reason : wasNeverSent(error) ? 'not sent' : unanswered
  const detail = isAnswer(error) ? `Redis refused to answer: ${reason}.` : `Redis does not answer: ${reason}.`
  return new KnownError('source-unavailable', detail, {
    cause: new Error(cause),
    retryAfterMs: 1000,
  })
}

/** Runs something that talks to Redis; whatever it throws leaves as a `KnownError`. */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw unavailable(error)
  }
}

/** As `guarded`, for a write: where Redis refused the command itself the result says so. The command's name is all that is told. */
export async function written(command: string, run: () => Promise<WriteResult>): Promise<WriteResult> {
  try {
    return await run()
  } catch (error) {
    const text = messageOf(firstOf(error))
    if (/^WRONGTYPE/.test(text)) return 'conflict'
    for (const [pattern, sentence] of refusals) {
      if (pattern.test(text)) return { denied: sentence.replace('%', commandIn(text) ?? command) }
    }
    throw unavailable(error)
  }
}

/** As `guarded`, for what a write does while nothing is written yet, or no more: a lost answer leaves no doubt there. */
export async function unwritten<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (isAnswer(error)) throw error
    const { detail } = unavailable(error)
    throw new KnownError('source-unavailable', detail, { cause: new Error('not sent'), retryAfterMs: 1000 })
  }
}

/** Redis answered, and the answer was an error. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
}

/** Redis lives, and this user may not ask it whether it does. */
export const mayNotAsk = (error: unknown) => isAnswer(error) && /^NOPERM/.test(messageOf(error))

/** EXEC gives the reason behind words of its own. */
const notAllowed = /^(EXECABORT .*: )?NOPERM/

/** The command does not exist or this user may not run it; a refusal that is about the key alone is none of the command. */
export function isRefused(error: unknown): boolean {
  const text = messageOf(error)
  if (notAllowed.test(text)) return !/\bkeys?\b|\bchannels?\b/i.test(text.replace(/'[^']*'/g, ''))
  return /unknown (command|subcommand)|syntax error|not supported|unsupported|^READONLY/i.test(text)
}

/** Why Redis cannot be used, in a few words without host, user, key or password. */
export function reasonOf(error: unknown): string {
  return troubleOf(error).what
}

/** A transaction that was given up says why in the errors of its commands. */
function firstOf(error: unknown): unknown {
  const previous = error instanceof Error && 'previousErrors' in error ? error.previousErrors : null
  return Array.isArray(previous) && previous.length > 0 ? previous[0] : error
}

/** ioredis had no socket to write to. */
export function wasNeverSent(error: unknown): boolean {
  return /isn't writeable|isn't ready and enableOfflineQueue|subscriber mode/.test(messageOf(error))
}

/** In a transaction it may be another than the one that the deed is named after. */
function commandIn(text: string): string | null {
  return /\bNOPERM.* '([a-z|]+)' command/i.exec(text)?.[1]?.replace('|', ' ').toUpperCase() ?? null
}

const refusals: readonly (readonly [RegExp, string])[] = [
  [notAllowed, 'This Redis user may not run % here.'],
  [/unknown (command|subcommand)/i, 'This Redis has no %.'],
  [/^READONLY/, 'This Redis is a read-only replica and refused %.'],
  [/^OOM/, 'Redis is out of memory and refused %.'],
  [/^MISCONF/, 'Redis cannot save to its disk and refused %.'],
]
