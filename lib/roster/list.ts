import type { SessionQuery, SessionRow } from '@/lib/contract/session'
import type { Handles } from '@/lib/session/handle'
import { type AnswerContext, type Answers, createAnswers, createSealMemory } from './answers'
import { clockStepMs } from './filter'
import { prepareQuery, type QueryContext, runQuery } from './query'
import { toRow } from './view'

type ListContext = AnswerContext & { prefixes(): QueryContext['prefixes'] }

/** The one read path of the table of sessions. */
export type SessionList = Answers<SessionQuery, { total: number; page: number; size: number; rows: SessionRow[] }>

export function createSessionList({ prefixes, ...context }: ListContext): SessionList {
  const { roster } = context
  const sealed = createSealMemory()

  function compute(query: SessionQuery, handles: Handles, now: number) {
    const { sort, order, page, size, ...filter } = query
    const handleAt = (slot: number) => {
      const { source, key } = roster.at(slot)
      return sealed(`${source} ${key.toString('latin1')}`, () => handles.seal(source, key))
    }
    const { open, openPerson } = handles
    const result = runQuery(
      roster,
      { filter, sort, order, page, size },
      { now, open, openPerson, prefixes: prefixes(), handleAt },
    )
    const rows = result.slots.map((slot) => toRow(roster.at(slot), handleAt(slot), now, roster.thresholds))
    return { total: result.total, page, size, rows }
  }

  const prepare = ({ sort, ...filter }: SessionQuery) => prepareQuery(roster, filter, sort)
  const sourcesOf = ({ source }: SessionQuery) => source ?? null
  return createAnswers(context, { compute, prepare, stepMsOf: clockStepMs, sourcesOf })
}
