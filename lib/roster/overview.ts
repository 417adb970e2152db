import { severities } from '@/lib/contract/finding'
import type { Overview, OverviewQuery } from '@/lib/contract/overview'
import type { Handles } from '@/lib/session/handle'
import { type AnswerContext, type Answers, createAnswers } from './answers'
import { flag } from './columns'
import { noCounts } from './ends'
import type { FindingList } from './finding-list'
import type { Strings } from './strings'

const mostListed = 10
const mostFindings = 3
const quarterMs = 15 * 60_000
const quarters = 96
const smallestBytes = 256
const sizeRanges = 10
/** However often the roster changes, the whole of it is counted once a second: nobody reads charts faster. */
const countEveryMs = 1000

type OverviewContext = AnswerContext & {
  findings: FindingList
  snoozes: { version(): number }
  history: { version(): number; read(range: OverviewQuery['range'], now: number): Overview['history'] }
}

type Result = Omit<Overview, 'version' | 'freshness' | 'now'>

/** The whole at a glance: one pass over the columns, at most once a second, whoever looks. */
export function createOverview({
  findings,
  snoozes,
  history,
  ...context
}: OverviewContext): Answers<OverviewQuery, Result> {
  const { roster } = context
  let seen = { at: 0, version: 0 }
  const slow = {
    ...roster,
    version() {
      if (Date.now() - seen.at >= countEveryMs) seen = { at: Date.now(), version: roster.version() }
      return seen.version
    },
  }
  const stateVersion = () => context.stateVersion() + history.version() + snoozes.version()
  const compute = async ({ range }: OverviewQuery, handles: Handles, now: number) => ({
    ...countAll(context, handles, now),
    lastMinute: roster.ends.minute(Math.floor(now / 60_000 - 1) * 60_000) ?? noCounts(),
    history: history.read(range, now),
    ...(await tellFindings(findings)),
  })
  return createAnswers({ ...context, roster: slow, stateVersion }, { compute })
}

/** The worst of what nobody has put off, and how many somebody has. */
async function tellFindings(findings: FindingList): Promise<Pick<Result, 'findings' | 'snoozed'>> {
  const { rows, snoozed } = await findings.read({ page: 1, size: 50 })
  return {
    snoozed,
    findings: rows
      .filter(({ snooze }) => snooze === null)
      .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
      .slice(0, mostFindings)
      .map(({ id, severity, title, explanation, count }) => ({ id, severity, title, explanation, count })),
  }
}

function countAll({ roster }: AnswerContext, handles: Handles, now: number) {
  const { columns } = roster
  const { flags, source, format, device, principal, label, sizeBytes, expiresAt } = columns.numbers
  const { strings, texts, end } = columns
  const sources = new Uint32Array(strings.source.end)
  const formats = new Uint32Array(strings.format.end)
  const devices = new Uint32Array(texts.device.end)
  const people = new Uint32Array(texts.principal.end)
  const labels = new Uint32Array(texts.principal.end)
  const sizes = new Uint32Array(sizeRanges)
  const counts = new Uint32Array(quarters)
  const from = Math.floor(now / quarterMs) * quarterMs
  let total = 0
  let bytes = 0
  let unreadable = 0
  let anonymous = 0
  let later = 0
  let never = 0
  for (let slot = 0; slot < end; slot += 1) {
    const has = flags[slot] ?? 0
    if (has === 0) continue
    total += 1
    add(sources, source[slot] ?? 0)
    add(formats, format[slot] ?? 0)
    add(devices, device[slot] ?? 0)
    const person = principal[slot] ?? 0
    add(people, person)
    labels[person] = label[slot] ?? 0
    if ((has & flag.readable) === 0) unreadable += 1
    else if (person === 0) anonymous += 1
    const size = sizeBytes[slot] ?? 0
    bytes += size
    add(sizes, Math.min(sizeRanges - 1, Math.max(0, 32 - Math.clz32(Math.floor(size / smallestBytes)))))
    const endsAt = expiresAt[slot] ?? Number.NaN
    if (Number.isNaN(endsAt)) never += 1
    else {
      const quarter = Math.max(0, Math.floor((endsAt - from) / quarterMs))
      if (quarter < quarters) add(counts, quarter)
      else later += 1
    }
  }
  people[0] = 0
  return {
    total,
    people: people.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
    anonymous,
    unreadable,
    sizeBytes: bytes,
    bySource: toNamed(sources, strings.source),
    byFormat: toNamed(formats, strings.format),
    byDevice: toNamed(devices, texts.device),
    topPeople: largest(people).map(({ id, count }) => {
      const name = texts.principal.at(id) ?? ''
      return { person: handles.sealPerson(name), principal: name, label: texts.label.at(labels[id] ?? 0), count }
    }),
    sizes: Array.from(sizes, (count, index) => ({
      fromBytes: index === 0 ? 0 : smallestBytes * 2 ** (index - 1),
      toBytes: index === sizeRanges - 1 ? null : smallestBytes * 2 ** index,
      count,
    })),
    horizon: { from, stepMs: quarterMs, counts: Array.from(counts), later, never },
  }
}

function add(counts: Uint32Array, index: number) {
  counts[index] = (counts[index] ?? 0) + 1
}

/** The largest counts, one pass and a short list: a sort of a million people is not needed for ten. */
function largest(counts: Uint32Array): { id: number; count: number }[] {
  const found: { id: number; count: number }[] = []
  for (const [id, count] of counts.entries()) {
    if (count === 0 || (found.length === mostListed && count <= (found.at(-1)?.count ?? 0))) continue
    found.push({ id, count })
    found.sort((a, b) => b.count - a.count)
    if (found.length > mostListed) found.pop()
  }
  return found
}

/** By name, the largest first; what has no name stands as an empty one. */
function toNamed(counts: Uint32Array, strings: Strings): { name: string; count: number }[] {
  return largest(counts).map(({ id, count }) => ({ name: strings.at(id) ?? '', count }))
}
