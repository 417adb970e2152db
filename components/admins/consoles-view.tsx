'use client'

import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { sayCount, sayMany } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { ConsoleSessionList } from '@/lib/contract/console-session'
import { ConsoleTable } from './console-table'

/** Who is signed in to this console, and how to end what should not be. */
export function ConsolesView({ fallback }: { fallback: ConsoleSessionList | null }) {
  const target = '/api/console-sessions'
  const { data, problem } = useResource(target, ConsoleSessionList, { everyMs: 2000, fallback: fallback ?? undefined })
  const people = new Set(data?.rows.map(({ username }) => username)).size
  return (
    <div className="h-full overflow-y-auto pb-10">
      <header className="px-4 pt-4 pb-4 md:px-6 md:pt-5">
        <title>Admins · Rollcall</title>
        <h1 className="text-sm font-medium text-muted">Admins</h1>
        <p className="flex items-baseline gap-2">
          <span className={`text-2xl font-semibold tracking-tight ${data === undefined ? 'text-faint' : ''}`}>
            {data === undefined ? '–' : sayCount(data.rows.length)}
          </span>
          <span className="text-sm text-muted">
            signed in to this console{data === undefined ? '' : `, ${sayMany(people, 'person', 'people')}`}
          </span>
        </p>
      </header>
      {problem === null ? null : (
        <div className="max-w-3xl px-4 pb-4 md:px-6">
          <ProblemNote title={problem.title} tone={data === undefined ? 'danger' : 'warning'}>
            {problem.detail} {data === undefined ? '' : 'What stands here may be old.'} This page keeps trying.
          </ProblemNote>
        </div>
      )}
      {data === undefined ? (
        problem === null && <Skeleton className="mx-4 h-28 md:mx-6" />
      ) : data.rows.length === 0 ? (
        <EmptyState title="Nobody is in the list">
          <p>Sign-ins from before this list was kept are not in it. They show after the next sign-in.</p>
        </EmptyState>
      ) : (
        <ConsoleTable rows={data.rows} isDimmed={problem !== null} />
      )}
    </div>
  )
}
