import type { PeopleQuery, PersonRow, PersonSortField } from '@/lib/contract/person'
import type { SessionFilter } from '@/lib/contract/session'
import type { Handles } from '@/lib/session/handle'
import { type AnswerContext, type Answers, createAnswers, createSealMemory } from './answers'
import { flag } from './columns'
import { clockStepMs, type FilterContext, makeTest as makeSessionTest } from './filter'
import { prepareQuery } from './query'
import type { Roster } from './roster'
import { type Fill, selectRange } from './select'
import { fillByText } from './sort'

type People = { total: number; anonymous: number; unreadable: number; page: number; size: number; rows: PersonRow[] }

/** The one read path of the people: everybody who has a session, over all sources. */
export type PeopleList = Answers<PeopleQuery, People>

export function createPeopleList(context: AnswerContext): PeopleList {
  const sealed = createSealMemory()
  const compute = (query: PeopleQuery, handles: Handles, now: number) =>
    listPeople(context.roster, query, {
      now,
      openPerson: handles.openPerson,
      handleOf: (principal) => sealed(principal, () => handles.sealPerson(principal)),
    })
  const prepare = ({ sort, ...filter }: PeopleQuery) => {
    const isText = sort === 'principal' || sort === 'label'
    return prepareQuery(context.roster, filter, isText ? sort : null)
  }
  return createAnswers(context, { compute, prepare, stepMsOf: clockStepMs })
}

/**
 * One page of people. One pass over the columns groups the sessions by the number of their principal; only those on the page become objects.
 * People without a value stand last in both orders. Cost: the pass, some milliseconds for 100,000 sessions.
 */
export function listPeople(
  roster: Roster,
  { page, size, sort, order, ...filter }: PeopleQuery,
  { handleOf, ...context }: FilterContext & { handleOf(principal: string): string },
): People {
  const group = gather(roster)
  const isWanted = makeTest(roster, group, filter, context)
  const found = new Uint32Array(group.sessions.length)
  let total = 0
  for (let person = 1; person < found.length; person += 1) {
    if (group.sessions[person] === 0 || !isWanted(person)) continue
    found[total] = person
    total += 1
  }
  const from = Math.min((page - 1) * size, total)
  const to = Math.min(from + size, total)
  const people = found.subarray(0, total)
  const rows = toRows(
    roster,
    group,
    selectRange(people, from, to, valuesOf(roster, group, sort, people), order),
    handleOf,
  )
  const { anonymous, unreadable } = group
  return { total, anonymous, unreadable, page, size, rows }
}

type Group = ReturnType<typeof gather>

/** Everybody as columns, at the number of their principal. `first` and `next` chain the sessions of each, one up, so that 0 ends a chain. */
function gather(roster: Roster) {
  const { numbers, texts, end } = roster.columns
  const count = texts.principal.end
  const sessions = new Uint32Array(count)
  const sizeBytes = new Float64Array(count)
  const lastSeenAt = new Float64Array(count).fill(Number.NaN)
  const label = new Uint32Array(count)
  const labelSeenAt = new Float64Array(count)
  const first = new Uint32Array(count)
  const next = new Uint32Array(end)
  let anonymous = 0
  let unreadable = 0
  for (let slot = 0; slot < end; slot += 1) {
    const flags = numbers.flags[slot] ?? 0
    if (flags === 0) continue
    const person = numbers.principal[slot] ?? 0
    if (person === 0) {
      if ((flags & flag.readable) === 0) unreadable += 1
      else anonymous += 1
      continue
    }
    sessions[person] = (sessions[person] ?? 0) + 1
    sizeBytes[person] = (sizeBytes[person] ?? 0) + (numbers.sizeBytes[slot] ?? 0)
    next[slot] = first[person] ?? 0
    first[person] = slot + 1
    const seenAt = numbers.lastSeenAt[slot] ?? Number.NaN
    // Only a true "not later" keeps what stands: NaN is no time.
    if (!Number.isNaN(seenAt) && !(seenAt <= (lastSeenAt[person] ?? Number.NaN))) lastSeenAt[person] = seenAt
    const name = numbers.label[slot] ?? 0
    if (name === 0 || (label[person] !== 0 && !(seenAt > (labelSeenAt[person] ?? 0)))) continue
    label[person] = name
    labelSeenAt[person] = Number.isNaN(seenAt) ? 0 : seenAt
  }
  return { sessions, sizeBytes, lastSeenAt, label, first, next, anonymous, unreadable }
}

/** Whether a person's id, or any name that their sessions give them, contains each of the texts, and one session of theirs is left by the rest of the filter. */
function makeTest(
  roster: Roster,
  group: Group,
  { q = '', words = [], ...filter }: SessionFilter,
  context: FilterContext,
): (person: number) => boolean {
  const { texts, numbers } = roster.columns
  const tests = [q, ...words].flatMap((text) => {
    const needle = text.trim().toLowerCase()
    if (needle === '') return []
    const principals = texts.principal.search(needle)
    const labels = texts.label.search(needle)
    const isCalled = (slot: number) => labels[numbers.label[slot] ?? 0] === 1
    return [(person: number) => principals[person] === 1 || someSession(group, person, isCalled)]
  })
  if (Object.values(filter).some((value) => value !== undefined)) {
    const isLeft = makeSessionTest(roster, filter, context)
    tests.push((person) => someSession(group, person, isLeft))
  }
  return (person) => tests.every((test) => test(person))
}

function someSession(group: Group, person: number, test: (slot: number) => boolean): boolean {
  for (let link = group.first[person] ?? 0; link !== 0; link = group.next[link - 1] ?? 0) {
    if (test(link - 1)) return true
  }
  return false
}

/** How many different texts the sessions of a person have in a column, at the number of each of these people. Null is no text. */
function countTexts(roster: Roster, group: Group, name: 'source' | 'device', people: Iterable<number>): Uint32Array {
  const { numbers, strings, texts } = roster.columns
  const column = numbers[name]
  const counts = new Uint32Array(group.sessions.length)
  const countedFor = new Uint32Array(name === 'source' ? strings.source.end : texts.device.end)
  for (const person of people) {
    someSession(group, person, (slot) => {
      const text = column[slot] ?? 0
      if (text !== 0 && countedFor[text] !== person) {
        countedFor[text] = person
        counts[person] = (counts[person] ?? 0) + 1
      }
      return false
    })
  }
  return counts
}

/** What people are sorted by. */
function valuesOf(roster: Roster, group: Group, field: PersonSortField, people: Iterable<number>): Fill {
  const { texts } = roster.columns
  const from =
    (column: Uint32Array | Float64Array): Fill =>
    (values, items) => {
      for (let at = 0; at < items.length; at += 1) values[at] = column[items[at] ?? 0] ?? Number.NaN
    }
  switch (field) {
    case 'sessions':
    case 'sizeBytes':
    case 'lastSeenAt':
      return from(group[field])
    case 'sources':
    case 'devices':
      return from(countTexts(roster, group, field === 'sources' ? 'source' : 'device', people))
    case 'principal':
      return from(texts.principal.ranks())
    case 'label':
      return fillByText(group.label, texts.label)
  }
}

/** People as the browser may see them: what a row of their sessions shows as well, and no more. */
function toRows(roster: Roster, group: Group, people: number[], handleOf: (principal: string) => string): PersonRow[] {
  const { numbers, strings, texts } = roster.columns
  const devices = countTexts(roster, group, 'device', people)
  return people.map((person) => {
    const principal = texts.principal.at(person) ?? ''
    const sources = new Set<string>()
    someSession(group, person, (slot) => {
      sources.add(strings.source.at(numbers.source[slot] ?? 0) ?? '')
      return false
    })
    const lastSeenAt = group.lastSeenAt[person] ?? Number.NaN
    return {
      person: handleOf(principal),
      principal,
      label: texts.label.at(group.label[person] ?? 0),
      sources: [...sources].sort(),
      sessions: group.sessions[person] ?? 0,
      devices: devices[person] ?? 0,
      lastSeenAt: Number.isNaN(lastSeenAt) ? null : lastSeenAt,
      sizeBytes: group.sizeBytes[person] ?? 0,
    }
  })
}
