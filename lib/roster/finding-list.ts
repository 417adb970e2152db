import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Check,
  type Finding,
  type FindingPage,
  type FindingQuery,
  mostEvidence,
  type Severity,
  type Snooze,
  severities,
} from '@/lib/contract/finding'
import type { Freshness } from '@/lib/contract/source'
import { KnownError } from '@/lib/errors'
import type { Handles } from '@/lib/session/handle'
import type { ServerFacts, ServerReading } from '@/lib/session/server-facts'
import { sessionChecks } from './findings'
import { isUnknown } from './freshness'
import type { Roster } from './roster'
import { serverChecks } from './server-findings'
import type { CheckContext, Found, KeyPlace, Told } from './session-check'
import { toRow } from './view'

/** A pass rests this many times as long as it took, so that a million busy sessions cost a twentieth of the process at most. */
const restFactor = 20
/** But no longer than this: on a busy machine a pass takes long for reasons of others. */
const longestRestMs = 15_000
/** So few are looked through while one waits, and again within a second. */
const fewSessions = 50_000
const longestRestOfFewMs = 1000
/** A pass lets others have a turn after so long, and looks at the clock every so many slots. */
const turnMs = 8
const slotsBetweenLooks = 512

export type FindingListContext = {
  roster: Roster
  bootId: string
  /** Null until the home Redis gave the secret. */
  handles(): Pick<Handles, 'seal'> | null
  freshness(): Freshness
  /** Rises with every change of any source's state, and of what INFO tells. */
  stateVersion(): number
  server(): ServerReading
  placeOf(source: string): KeyPlace
  /** What is put off now, and a number that rises with its changes. */
  snoozes: { latest(): ReadonlyMap<string, Snooze>; version(): number }
  now(): number
}

type Known = { version: string; madeAt: number; tookMs: number; sessions: number; checks: Check[]; rows: Finding[] }

/** What is wrong, for the API and the page alike. Computed once a version, whoever asks; costs Redis nothing. */
export type FindingList = {
  /** One page. Throws `source-unavailable` when Redis never answered: nothing found would be a lie. */
  read(query: FindingQuery): Promise<FindingPage>
  /** A weak ETag over all that an answer to this query depends on but the clock. */
  etag(query: FindingQuery, role: string): Promise<string>
}

export function createFindingList(context: FindingListContext): FindingList {
  const { roster } = context
  let known: Known | null = null
  /** The pass under way. */
  let looking: Promise<Known> | null = null

  /** A minute more or less makes no session too old, but a new answer every minute where time alone decides. */
  const version = () =>
    `${context.bootId}.${roster.version()}.${context.stateVersion()}.${Math.floor(context.now() / 60_000)}`

  async function look(handles: Pick<Handles, 'seal'>): Promise<Known> {
    roster.tick(context.now())
    const at = version()
    const beganAt = performance.now()
    const now = Math.floor(context.now() / 60_000) * 60_000
    const found = await findAll(
      { roster, now, readAt: context.now(), placeOf: context.placeOf },
      context.server(),
      handles,
    )
    const madeAt = performance.now()
    return { version: at, madeAt, tookMs: madeAt - beganAt, ...found }
  }

  /** What was found last; a new pass begins where one is due, and only the first is waited for. */
  async function current(): Promise<Known> {
    const handles = context.handles()
    if (handles === null || isUnknown(context.freshness())) {
      throw new KnownError('source-unavailable', 'Redis has not answered yet, so nothing is known of its sessions.', {
        retryAfterMs: 1000,
      })
    }
    const isFew = roster.count() <= fewSessions
    const isDue =
      known === null || (known.version !== version() && performance.now() - known.madeAt >= restAfter(known, isFew))
    if (isDue && looking === null) {
      looking = look(handles)
        .then((next) => {
          known = next
          return next
        })
        .finally(() => {
          looking = null
        })
      // Who waits for the first is told; later ones leave what was found before.
      looking.catch(() => {})
      if (isFew) return looking
    }
    return known ?? looking ?? Promise.reject(new Error('nothing was looked at'))
  }

  return {
    async etag({ page, size }, role) {
      const { version: at } = await current()
      const covered = `${at} ${context.snoozes.version()} ${page} ${size} ${role} ${context.freshness().state}`
      return `W/"${createHash('sha256').update(covered).digest('base64url').slice(0, 27)}"`
    },
    async read({ page, size }) {
      const { version: at, sessions, checks, rows: found } = await current()
      const snoozes = context.snoozes.latest()
      // What is put off comes last, in its own order.
      const rows = found
        .map((finding) => ({ ...finding, snooze: snoozes.get(finding.id) ?? null }))
        .sort((a, b) => Number(a.snooze !== null) - Number(b.snooze !== null))
      const from = (page - 1) * size
      const shown = rows.slice(from, from + size)
      const freshness = context.freshness()
      return {
        version: at,
        freshness,
        now: context.now(),
        total: rows.length,
        page,
        size,
        sessions,
        snoozed: rows.filter(({ snooze }) => snooze !== null).length,
        checks,
        rows: shown,
      }
    },
  }
}

function restAfter({ tookMs }: Known, isFew: boolean): number {
  return Math.min(tookMs * restFactor, isFew ? longestRestOfFewMs : longestRestMs)
}

/** Whether this is the id of something that is looked for. */
export function isFinding(id: string): boolean {
  return [...sessionChecks, ...serverChecks].some((check) => check.id === id)
}

/** Every check over one pass of the columns, in slices, then what INFO told. */
export async function findAll(context: CheckContext, server: ServerReading, handles: Pick<Handles, 'seal'>) {
  const { roster, readAt } = context
  const { numbers, strings, end } = roster.columns
  let turnBeganAt = performance.now()
  const gathered = sessionChecks.map((check) => {
    const look = check.look(context)
    return {
      check,
      ...look,
      slots: [] as number[],
      ranks: [] as number[],
      count: 0,
      highest: 0,
      sources: new Set<number>(),
    }
  })
  let total = 0
  for (let slot = 0; slot < end; slot += 1) {
    if (slot % slotsBetweenLooks === 0 && performance.now() - turnBeganAt > turnMs) {
      await nextTurn()
      turnBeganAt = performance.now()
    }
    if (numbers.flags[slot] === 0) continue
    total += 1
    for (const one of gathered) {
      if (!one.has(slot)) continue
      const rank = one.rank?.(slot) ?? 0
      one.count += 1
      one.highest = Math.max(one.highest, rank)
      one.sources.add(numbers.source[slot] ?? 0)
      keepHighest(one.slots, one.ranks, slot, rank)
    }
  }

  const isUsed = (slot: number) => roster.columns.numbers.flags[slot] !== 0
  const checks: Check[] = []
  const rows: Finding[] = []
  for (const { check, tell, slots, count, highest, sources } of gathered) {
    const { id, title, why, remedy } = check
    const found: Found = { count, total, highest, slots }
    const told = count === 0 ? null : tell(found)
    checks.push({ id, title, state: told === null ? 'quiet' : 'found', reason: null })
    if (told === null) continue
    // What left meanwhile, between two slices, shows nothing any more.
    const evidence = slots.filter(isUsed).map((slot) => {
      const session = roster.at(slot)
      return toRow(session, handles.seal(session.source, session.key), readAt, roster.thresholds)
    })
    const names = [...sources].map((source) => strings.source.at(source) ?? '').sort()
    rows.push({
      id,
      ...told,
      title,
      why,
      remedy,
      count,
      share: count / total,
      sources: names,
      evidence,
      filter: check.filter(context),
      deeds: check.deeds,
      snooze: null,
    })
  }
  for (const { id, title, why, remedy, judge } of serverChecks) {
    const told = judgeAll(server, (facts) => judge(facts, roster.thresholds))
    const isFound = told !== null && 'severity' in told
    const reason = told !== null && 'unknown' in told ? told.unknown : null
    checks.push({ id, title, state: isFound ? 'found' : reason === null ? 'quiet' : 'unknown', reason })
    if (!isFound) continue
    rows.push({
      id,
      ...told,
      title,
      why,
      remedy,
      count: null,
      share: null,
      sources: [],
      evidence: [],
      filter: null,
      deeds: [],
      snooze: null,
    })
  }
  return { sessions: total, checks, rows }
}

/** Keeps the few slots of the highest rank, the highest first. */
function keepHighest(slots: number[], ranks: number[], slot: number, rank: number) {
  if (slots.length === mostEvidence && rank <= (ranks.at(-1) ?? 0)) return
  const after = ranks.findIndex((other) => other < rank)
  const at = after < 0 ? ranks.length : after
  slots.splice(at, 0, slot)
  ranks.splice(at, 0, rank)
  slots.length = Math.min(slots.length, mostEvidence)
  ranks.length = slots.length
}

/** The worst that any primary suffers from; else that one of them could not be judged. */
function judgeAll(
  server: ServerReading,
  judge: (facts: ServerFacts) => Told | { unknown: string } | null,
): Told | { unknown: string } | null {
  if ('unknown' in server) return server
  const told = server.facts.map(judge).filter((one) => one !== null)
  const order = (severity: Severity) => severities.indexOf(severity)
  const worst = told
    .filter((one): one is Told => 'severity' in one)
    .sort((a, b) => order(a.severity) - order(b.severity))[0]
  return worst ?? told[0] ?? null
}
