'use client'

import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { sayMany } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { ConsoleSessionList } from '@/lib/contract/console-session'
import { ConsoleTable } from './console-table'

/** Who is signed in to this console now, and how to end what should not be. */
export function ConsolesPart({ fallback }: { fallback: ConsoleSessionList | null }) {
  const target = '/api/console-sessions'
  const { data, problem } = useResource(target, ConsoleSessionList, { everyMs: 2000, fallback: fallback ?? undefined })
  const people = new Set(data?.rows.map(({ username }) => username)).size
  return (
    <section aria-labelledby="signed-in" className="pt-8">
      <header className="flex flex-wrap items-baseline gap-x-2.5 px-4 pb-2 md:px-6">
        <h2 id="signed-in" className="text-base font-semibold">
          Signed in now
        </h2>
        <p className="text-sm text-muted">
          {data === undefined
            ? ''
            : `${sayMany(data.rows.length, 'session')} of ${sayMany(people, 'person', 'people')}`}
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
    </section>
  )
}
