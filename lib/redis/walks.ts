import type { Connection } from './connection'
import { scanKeys } from './scan'

/** Whoever shares a Redis with others waits so long for them: two that begin for one reason begin within this. */
const gatherMs = 60

/** What a source's keys begin and end with. */
export type Range = { prefix: string; suffix: string }

type Want = {
  range: Range
  /** So many sources have this connection, and may want to walk too. */
  company: number
  /** As for `Source.scan`; those that rest alike walk together. */
  rest: number
}

/** Those who walk together. Nobody joins once they are on their way: a cursor is no place to begin at. */
type Walk = { members: Set<Member>; abort: AbortController; begin(): void }

const gathering = new WeakMap<Connection, Map<number, Walk>>()

/**
 * The keys of a range, and others that all who walk together must sort out for themselves: one walk over the keyspace serves all sources of a connection that want one within a moment, and goes as
 * fast as the slowest takes its batches. Whoever leaves early ends nobody else's. Throws as `scanKeys` does. Cost: one SCAN a batch, for all together.
 */
export async function* walkTogether(
  connection: Connection,
  want: Want,
  signal: AbortSignal,
): AsyncGenerator<Buffer[], void> {
  signal.throwIfAborted()
  const member = createMember(want.range)
  const walk = join(connection, member, want)
  const onAbort = () => member.end(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      const keys = await member.next()
      if (keys === null) return
      yield keys
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    walk.members.delete(member)
    member.leave()
    if (walk.members.size === 0) walk.abort.abort()
  }
}

function join(connection: Connection, member: Member, { company, rest }: Want): Walk {
  const walks = gathering.get(connection) ?? new Map<number, Walk>()
  gathering.set(connection, walks)
  const walk = walks.get(rest) ?? prepare(connection, rest, walks)
  walk.members.add(member)
  if (walk.members.size >= company) walk.begin()
  return walk
}

function prepare(connection: Connection, rest: number, walks: Map<number, Walk>): Walk {
  const members = new Set<Member>()
  const abort = new AbortController()
  const begin = () => {
    clearTimeout(timer)
    walks.delete(rest)
    void run(connection, members, rest, abort.signal)
  }
  const timer = setTimeout(begin, gatherMs)
  const walk = { members, abort, begin }
  walks.set(rest, walk)
  return walk
}

/** Ends each member, with what went wrong or with nothing. */
async function run(connection: Connection, members: Set<Member>, rest: number, signal: AbortSignal): Promise<void> {
  const tell = (error: unknown) => {
    for (const member of members) member.end(error)
  }
  try {
    const pattern = patternOf([...members].map(({ range }) => range))
    for await (const keys of scanKeys(connection, pattern, signal, rest)) {
      await Promise.all([...members].map((member) => member.give(keys)))
    }
    tell(null)
  } catch (error) {
    tell(error)
  }
}

type Member = ReturnType<typeof createMember>

/** One who walks: takes a batch, and by asking for the next says that it is done with it. */
function createMember(range: Range) {
  let ask: { resolve(keys: Buffer[] | null): void; reject(reason: unknown): void } | null = null
  let done: (() => void) | null = null
  let isGone = false
  let ended: { error: unknown } | null = null

  function letGo() {
    done?.()
    done = null
  }

  return {
    range,
    next: () =>
      new Promise<Buffer[] | null>((resolve, reject) => {
        if (ended !== null) {
          if (ended.error === null) resolve(null)
          else reject(ended.error)
        } else ask = { resolve, reject }
        letGo()
      }),
    /** Resolves when it has done with them, or has left. */
    give: (keys: Buffer[]) =>
      new Promise<void>((resolve) => {
        if (isGone || ask === null) return resolve()
        done = resolve
        ask.resolve(keys)
        ask = null
      }),
    /** Nothing more comes: the walk is over, or broke off for this reason. */
    end(error: unknown) {
      ended ??= { error }
      if (ask === null) return
      if (error === null) ask.resolve(null)
      else ask.reject(error)
      ask = null
    },
    leave() {
      isGone = true
      letGo()
    },
  }
}

const plainLetter = /^[\w:.]$/
/** Beyond ASCII a letter is several bytes. */
const beyondPlain = /[^\x20-\x7e]/

/** What matches the keys of all these ranges, and as few others as a pattern can tell: what they begin with in common and, where each goes on, the letters with which. */
export function patternOf(ranges: readonly Range[]): string {
  const [first, ...others] = ranges
  if (first === undefined) return '*'
  if (others.length === 0) return `${escapeGlob(first.prefix)}*${escapeGlob(first.suffix)}`
  const prefixes = ranges.map(({ prefix }) => prefix.slice(0, beyondPlain.exec(prefix)?.index))
  let length = 0
  while (prefixes.every((prefix) => length < prefix.length && prefix[length] === prefixes[0]?.[length])) length += 1
  const common = escapeGlob(first.prefix.slice(0, length))
  const next = [...new Set(prefixes.map((prefix) => prefix[length] ?? ''))]
  return next.every((letter) => plainLetter.test(letter)) ? `${common}[${next.join('')}]*` : `${common}*`
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&')
}
