import { createHash } from 'node:crypto'
import type { Freshness } from '@/lib/contract/source'
import { KnownError } from '@/lib/errors'
import type { Handles } from '@/lib/session/handle'
import { isUnknown } from './freshness'
import type { Roster } from './roster'

/** How many different views are remembered at one version. */
const mostRemembered = 300
/** Sealing costs some 25 µs, so the handles of rows that were shown are kept. */
const mostSealed = 20_000

export type AnswerContext = {
  roster: Roster
  bootId: string
  /** Null until the home Redis gave the secret. */
  handles(): Handles | null
  /** Of all sources, or of these. */
  freshness(only?: readonly string[] | null): Freshness
  /** Rises with every change of any source's state. */
  stateVersion(): number
  now(): number
}

/** One read path over the roster: the API and the page ask it alike. The same query at the same version is computed once, whoever asks. */
export type Answers<Query, Result> = {
  /** The answer. Throws `source-unavailable` when none of the sources that are asked for ever answered: an empty list would be a lie. Costs Redis nothing. */
  read(query: Query): Promise<Result & { version: string; freshness: Freshness; now: number }>
  /** What an unchanged answer to this query is known by; opaque. Costs a comparison. */
  version(query: Query): string
  /** A weak ETag over all that an answer to this query depends on but the clock. */
  etag(query: Query, role: string): string
}

type Making<Query, Result> = {
  compute(query: Query, handles: Handles, now: number): Result | Promise<Result>
  /** What takes long and can be done in slices, before `compute`. */
  prepare?(query: Query): Promise<unknown>
  /** Where what a query means goes with the clock: how long its answer stands at most. */
  stepMsOf?(query: Query): number | null
  /** The sources that a query names, and with them what its answer depends on; null: all. */
  sourcesOf?(query: Query): readonly string[] | null
}

/** Remembers what `compute` makes of each query for as long as the roster says the same. Who asks for what is being made waits for the same making. */
export function createAnswers<Query extends object, Result extends object>(
  { roster, ...context }: AnswerContext,
  { compute, prepare, stepMsOf, sourcesOf }: Making<Query, Result>,
): Answers<Query, Result> {
  const remembered = new Map<string, { version: string; result: Promise<Result> }>()
  const version = (query: Query) => {
    const stepMs = stepMsOf?.(query) ?? null
    const step = stepMs === null ? '' : `.${Math.floor(context.now() / stepMs)}`
    return `${context.bootId}.${roster.version()}.${context.stateVersion()}${step}`
  }

  /** A source that is away is no reason to call the others old. */
  const freshnessOf = (query: Query) => context.freshness(sourcesOf?.(query))

  async function make(query: Query, handles: Handles): Promise<Result> {
    await prepare?.(query)
    return compute(query, handles, context.now())
  }

  function remember(name: string, known: { version: string; result: Promise<Result> }) {
    remembered.delete(name)
    remembered.set(name, known)
    const oldest = remembered.keys().next().value
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
    // Whoever asked is told; a fault is no answer to keep.
    known.result.catch(() => {
      if (remembered.get(name) === known) remembered.delete(name)
    })
  }

  return {
    version,
    etag(query, role) {
      const covered = `${version(query)} ${canonical(query)} ${role} ${freshnessOf(query).state}`
      return `W/"${createHash('sha256').update(covered).digest('base64url').slice(0, 27)}"`
    },
    async read(query) {
      const handles = context.handles()
      const freshness = freshnessOf(query)
      if (handles === null || isUnknown(freshness)) {
        throw new KnownError('source-unavailable', 'Redis has not answered yet, so nothing is known of its sessions.', {
          retryAfterMs: 1000,
        })
      }
      roster.tick(context.now())
      const at = version(query)
      const name = canonical(query)
      let known = remembered.get(name)
      if (known?.version !== at) {
        known = { version: at, result: make(query, handles) }
        remember(name, known)
      }
      return { version: at, freshness, now: context.now(), ...(await known.result) }
    },
  }
}

/** Keeps what was sealed, by a name that tells one from another. */
export function createSealMemory() {
  const sealed = new Map<string, string>()
  return (name: string, seal: () => string): string => {
    let handle = sealed.get(name)
    if (handle === undefined) {
      handle = seal()
      if (sealed.size >= mostSealed) sealed.clear()
      sealed.set(name, handle)
    }
    return handle
  }
}

function canonical(query: object): string {
  return JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)))
}
