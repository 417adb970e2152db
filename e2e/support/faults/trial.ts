import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { askBareServer } from './bare'
import { checkDeeds, type DoneDeed, doDeed, type Subject } from './deeds'
import { askEach, type ListAnswer, type Observer, observe } from './observer'
import { type Site, saveSessions, waitForSessions } from './site'
import { followTruth, keepOnly, readEnds, readKeys, type Sample } from './truth'

/** Something that happens to Redis or to the line to it. */
export type Fault<Where extends Site = Site> = {
  id: string
  name: string
  /** Between its begin and its end. */
  lastsMs: number
  /** It takes sessions away by itself. */
  losesSessions?: true
  /** As many requests a second beside. */
  perSecond?: number
  /** How long what Redis does about it by itself may take before the five seconds begin, such as to choose another primary. */
  begin(site: Where): Promise<unknown> | unknown
  end(site: Where): Promise<unknown> | unknown
}

export type Outcome = {
  id: string
  name: string
  /** Why it was not survived, in sentences; empty: it was. */
  against: string[]
  worstMs: number
  /** The slowest answer of a server that does nothing, meanwhile: so slow was the machine itself. */
  bareMs: number
  calls: number
  /** From the end of the fault until the list was right; null: not within twenty seconds. */
  recoveryMs: number | null
  frames: { live: number; other: number; falseLive: number }
  /** How often each outcome was told. */
  deeds: Record<string, number>
  memoryRiseBytes: number
  sessions: number
}

type TrialOptions = {
  sessions: number
  alter?: (page: ListAnswer) => ListAnswer
  alterDeed?: (deed: DoneDeed) => DoneDeed
  deedEveryMs?: number
  /** Less patience between the steps: memory is looked at for a moment only. */
  isShort?: boolean
  /** It has begun already: nothing is there to be worked at. */
  hasBegun?: boolean
  /** Frames that somebody else saw, such as a browser. */
  moreFrames?: () => Promise<Observer['frames']>
}

export const mostCallMs = 5000
const mostRecoveryMs = 5000
const mostMemoryBytes = 50 * 1024 * 1024
/** What is there for longer than this has been told, or the state says that it may not have been. */
const toldWithinMs = 5000
const watchRecoveryMs = 20_000
const calmMs = 1000
const settleMs = 3000
/** Enough for one deed each time while the longest fault lasts. */
const mostSubjects = 320

/**
 * Lets one thing happen to a site with so many sessions, while it is watched, written to and worked at, and says whether the console survived it: its process is up, every call ended within five seconds,
 * no answer claimed `live` with fewer sessions than there were, the list was right within five seconds after the end, every acknowledged deed is true and every failed one was not done, and its memory
 * grew by less than 50 MiB.
 */
export async function tryFault<Where extends Site>(
  site: Where,
  fault: Fault<Where>,
  options: TrialOptions,
): Promise<Outcome> {
  const { sessions, alterDeed = (deed) => deed, deedEveryMs = 400, isShort = false } = options
  const { rollcall } = site
  const own = nextIndex(site, sessions)
  if (!options.hasBegun) await prepare(site, sessions, own)

  const observer = observe(rollcall, {
    ...(options.alter ? { alter: options.alter } : {}),
    ...(fault.perSecond ? { perSecond: fault.perSecond } : {}),
  })
  const bare = await askBareServer()
  const truth = followTruth(site.truth, own + mostSubjects)
  try {
    const subjects = options.hasBegun ? [] : await findSubjects(site, observer, own)
    await wait(isShort ? calmMs / 4 : calmMs)
    const before = await leastMemory(rollcall.pid, isShort)

    const underWay: Promise<DoneDeed>[] = []
    let isOver = false
    const working = (async () => {
      for (const [at, subject] of subjects.entries()) {
        if (isOver) return
        underWay.push(doDeed(observer, at % 2 === 0 ? 'revoke' : 'extend', subject))
        await wait(deedEveryMs)
      }
    })()
    await wait(deedEveryMs)
    await fault.begin(site)
    await wait(fault.lastsMs)
    await fault.end(site)
    const healedAt = performance.now()
    isOver = true
    truth.quiet()
    const recoveredAt = await waitUntilRight(site, observer, healedAt)
    await working
    const deeds = (await Promise.all(underWay)).map(alterDeed)
    await wait(isShort ? settleMs / 3 : settleMs)
    const wrongDeeds = await checkDeeds(site.truth(), deeds, fault.losesSessions === true)
    const wrongAudit = await checkAudit(site, deeds, fault.losesSessions === true)
    await truth.stop()
    await observer.stop()
    const memoryRiseBytes = Math.max(0, (await leastMemory(rollcall.pid, isShort)) - before)

    const frames = [...observer.frames, ...((await options.moreFrames?.()) ?? [])]
    const falseLive = frames.filter((frame) => isFalse(frame, truth.samples))
    const worst = observer.calls.reduce((a, b) => (b.tookMs > a.tookMs ? b : a))
    const broken = observer.calls.filter(({ status }) => status === null || status === 500)
    const recoveryMs = recoveredAt === null ? null : Math.max(0, recoveredAt - healedAt)
    const against = [
      ...(isAlive(rollcall.pid) ? [] : ['its process ended']),
      ...(worst.tookMs > mostCallMs ? [`${worst.what} took ${Math.round(worst.tookMs)} ms`] : []),
      ...(broken[0]
        ? [`${broken.length} calls broke, the first ${broken[0].what}: ${broken[0].status ?? broken[0].text}`]
        : []),
      ...(falseLive[0]
        ? [`${falseLive.length} answers claimed live with too few, the first with ${falseLive[0].total}`]
        : []),
      ...(recoveryMs === null ? ['the list did not become right again'] : []),
      ...((recoveryMs ?? 0) > mostRecoveryMs ? [`right only after ${Math.round(recoveryMs ?? 0)} ms`] : []),
      ...wrongDeeds,
      ...wrongAudit,
      ...(memoryRiseBytes > mostMemoryBytes ? [`its memory grew by ${Math.round(memoryRiseBytes / 2 ** 20)} MiB`] : []),
    ]
    return {
      ...{
        id: fault.id,
        name: fault.name,
        against,
        worstMs: worst.tookMs,
        bareMs: bare.worstMs(),
        calls: observer.calls.length,
        recoveryMs,
      },
      frames: {
        live: frames.filter(({ state }) => state === 'live').length,
        other: frames.filter(({ state }) => state !== 'live').length,
        falseLive: falseLive.length,
      },
      deeds: countBy(deeds.map(({ said, status }) => said ?? `http ${status}`)),
      memoryRiseBytes,
      sessions: (await readKeys(site.truth())).size,
    }
  } finally {
    await truth.stop()
    await observer.stop()
    await bare.stop()
  }
}

/** The same sessions as at the beginning of every trial, with some of its own, and the console knows them. */
async function prepare(site: Site, sessions: number, own: number): Promise<void> {
  await keepOnly(site.truth(), sessions)
  await saveSessions(site.truth(), 0, sessions)
  await saveSessions(site.truth(), own, own + mostSubjects)
  await waitForSessions(site.rollcall, (await readKeys(site.truth())).size)
  await askEach(site.rollcall)
}

/** Fewer than were there all the while before it was asked for, as far as that had to be told. */
export function isFalse(
  { state, total, askedAt, answeredAt }: Observer['frames'][number],
  samples: readonly Sample[],
): boolean {
  if (state !== 'live') return false
  const from = askedAt - toldWithinMs
  const before = samples.findLast(({ at }) => at <= from) ?? samples[0]
  const after = samples.find(({ at }) => at >= answeredAt)
  const between = samples.filter(({ at }) => at > from && at < answeredAt)
  const counts = [before, after, ...between].flatMap((sample) => (sample ? [sample.count] : []))
  return counts.length > 0 && total < Math.min(...counts)
}

/** Live, with as many as there are, and each of them. Null: not in time. */
async function waitUntilRight(site: Site, observer: Observer, from: number): Promise<number | null> {
  while (performance.now() - from < watchRecoveryMs) {
    const keys = await readKeys(site.truth()).catch(() => null)
    const head = await observer.list()
    const at = performance.now()
    if (
      keys !== null &&
      head?.freshness.state === 'live' &&
      head.total === keys.size &&
      (await hasEach(observer, keys))
    )
      return at
    await wait(50)
  }
  return null
}

async function hasEach(observer: Observer, keys: Set<string>): Promise<boolean> {
  const rows: ListAnswer['rows'] = []
  for (let page = 1; rows.length < keys.size; page += 1) {
    const answer = await observer.list(page)
    if (answer === null || answer.rows.length === 0) return false
    rows.push(...answer.rows)
  }
  const seen = new Set(rows.map(({ principal }) => `sess:${principal}`))
  return rows.length === keys.size && [...keys].every((key) => seen.has(key))
}

/** The sessions of this trial alone, with their ends as Redis has them. */
async function findSubjects(site: Site, observer: Observer, from: number): Promise<Subject[]> {
  const { text } = await observer.call('GET', '/api/sessions?size=500&sort=expiresAt&order=desc')
  const { rows: found } = JSON.parse(text) as ListAnswer
  const rows = found.filter(({ principal }) => Number(principal) >= from && Number(principal) < from + mostSubjects)
  const indexes = rows.map(({ principal }) => Number(principal))
  const ends = await readEnds(site.truth(), indexes)
  return rows.map(({ handle }, at) => ({
    handle,
    index: indexes[at] ?? -1,
    endsAt: ends.get(indexes[at] ?? -1) ?? null,
  }))
}

/** The last word of the audit's lines about each deed that ended as unknown. One that is not settled yet says unknown, which is true. */
async function checkAudit(site: Site, deeds: readonly DoneDeed[], losesSessions: boolean): Promise<string[]> {
  const unknown = deeds.filter(({ said }) => said === 'unknown')
  if (unknown.length === 0) return []
  const last = new Map<string, string>()
  for (const line of site.rollcall.output().split('\n').slice(0, -1)) {
    if (!line.includes('"outcome"') || !line.includes('"handle"')) continue
    const { handle, outcome } = JSON.parse(line) as { handle?: string; outcome?: string | null }
    if (handle && outcome) last.set(handle, outcome)
  }
  const settled = unknown.map((deed) => ({
    ...deed,
    said: last.get(deed.handle) ?? 'not in the audit',
    untilAt: deed.untilAt ?? deed.endsAt,
  }))
  return (await checkDeeds(site.truth(), settled, losesSessions)).map((sentence) => `in the audit ${sentence}`)
}

const numbers = new WeakMap<Site, number>()

/** Each trial has numbers of its own: what was revoked in an earlier one is still guarded. */
function nextIndex(site: Site, sessions: number): number {
  const next = (numbers.get(site) ?? sessions) + 10_000
  numbers.set(site, next)
  return next
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Resident memory, the least of two seconds or of a moment: between two collections it is larger. 0 where the process is gone. */
async function leastMemory(pid: number, isShort: boolean): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let sample = 0; sample < (isShort ? 1 : 8); sample += 1) {
    await wait(250)
    if (!isAlive(pid)) return 0
    least = Math.min(least, Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024)
  }
  return least
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
