'use client'

import { type ReactNode, useCallback, useState } from 'react'
import { RevokeDialog } from '@/components/sessions/revoke-dialog'
import { showToast } from '@/components/ui/toast'
import { sayCount, sayMany } from '@/components/ui/words'
import { ApiProblem, send } from '@/lib/client/api'
import { refresh } from '@/lib/client/resource'
import type { PersonRow } from '@/lib/contract/person'
import { SessionPage, type SessionRow } from '@/lib/contract/session'
import { nameOf } from './words'

const pageSize = 500
/** More than this many are ended in several goes, each of them counted before. */
const mostAtOnce = 2000
/** How long another go is offered. */
const offerMs = 10_000

type Asked = { person: PersonRow; rows: SessionRow[]; total: number }

/**
 * Logging a person out everywhere: looks up every session of theirs, asks once with the exact count, ends them one by one and looks again, because a session that
 * came meanwhile is not among those that were confirmed.
 */
export function useLogOut(): { ask: (person: PersonRow) => void; busyPerson: string | null; dialog: ReactNode } {
  const [asked, setAsked] = useState<Asked | null>(null)
  const [busyPerson, setBusyPerson] = useState<string | null>(null)

  const ask = useCallback(async (person: PersonRow) => {
    setBusyPerson(person.person)
    try {
      const found = await findSessions(person)
      if (found.total > 0) setAsked({ person, ...found })
      else showToast({ title: `${nameOf(person)} has no session any more` })
    } catch (error) {
      showToast({ title: `The sessions of ${nameOf(person)} could not be looked up`, detail: why(error), isBad: true })
    }
    setBusyPerson(null)
  }, [])

  const close = async (person: PersonRow, wasRun: boolean) => {
    setAsked(null)
    if (!wasRun) return
    refresh('/api/users')
    try {
      const { total } = await readSessions(person, 1)
      if (total === 0) return
      showToast({
        title: `${sayMany(total, 'session')} of ${nameOf(person)} ${total === 1 ? 'is' : 'are'} still there`,
        detail: 'Not ended, or come since.',
        drainMs: offerMs,
        action: { label: 'Log out again', run: () => void ask(person) },
      })
    } catch (error) {
      showToast({
        title: `It is not known whether ${nameOf(person)} has sessions left`,
        detail: why(error),
        isBad: true,
      })
    }
  }

  return {
    ask,
    busyPerson,
    dialog:
      asked === null ? null : (
        <RevokeDialog
          rows={asked.rows}
          title={sayQuestion(asked)}
          onClose={(wasRun) => void close(asked.person, wasRun)}
        />
      ),
  }
}

function sayQuestion({ person, rows, total }: Asked): string {
  const name = nameOf(person)
  if (rows.length < total) return `Log out ${name}: end ${sayCount(rows.length)} of ${sayMany(total, 'session')}?`
  return `Log out ${name} everywhere: end ${sayMany(total, 'session')}?`
}

/** Every session of a person, the oldest first, so that one that comes meanwhile does not shift the pages. */
async function findSessions(person: PersonRow): Promise<{ rows: SessionRow[]; total: number }> {
  const rows = new Map<string, SessionRow>()
  for (let page = 1; ; page += 1) {
    const answer = await readSessions(person, page)
    for (const row of answer.rows) rows.set(row.handle, row)
    if (answer.rows.length < pageSize) return { rows: [...rows.values()], total: rows.size }
    if (rows.size >= mostAtOnce) return { rows: [...rows.values()], total: Math.max(answer.total, rows.size) }
  }
}

async function readSessions({ principal }: PersonRow, page: number): Promise<SessionPage> {
  const body = { principal: [principal], sort: 'createdAt', order: 'asc', page, size: pageSize }
  const answer = await send('POST', '/api/sessions/search', SessionPage, body)
  if (answer === null) throw new Error('a search without a version was answered by nothing')
  return answer
}

function why(error: unknown): string {
  return error instanceof ApiProblem ? error.detail : 'The page itself failed. Reload it.'
}
