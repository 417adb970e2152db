'use client'

import type { ReactNode } from 'react'
import { LiveBadge } from '@/components/shell/live-badge'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { sayCount } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { SourceList } from '@/lib/contract/source'
import { FoundCard } from './found-card'
import { SourceCard } from './source-card'

/** The page of sources: what is watched, why, and what may be sessions and asks. */
export function SourcesView({ fallback }: { fallback: SourceList | null }) {
  const { data, problem } = useResource('/api/sources', SourceList, { everyMs: 2000, fallback: fallback ?? undefined })
  const asks = data?.found.filter(({ state }) => state === 'asks') ?? []
  const excluded = data?.found.filter(({ state }) => state === 'excluded') ?? []
  return (
    <div className="h-full overflow-y-auto">
      <div className="max-w-5xl px-4 pt-4 pb-10 md:px-6 md:pt-5">
        <header className="flex flex-wrap items-end gap-x-5 gap-y-1 pb-4">
          <title>Sources · Rollcall</title>
          <div>
            <h1 className="text-sm font-medium text-muted">Sources</h1>
            <p className="flex items-baseline gap-2">
              <span className="text-2xl font-semibold tracking-tight">
                {data === undefined ? '–' : sayCount(data.sources.length)}
              </span>
              <span className="text-sm text-muted">
                watched{asks.length > 0 ? `, ${sayCount(asks.length)} more may be sessions` : ''}
              </span>
            </p>
          </div>
          <div className="flex h-7 items-center">
            <LiveBadge freshness={data?.freshness} problem={problem} target="/api/sources" />
          </div>
        </header>
        {problem === null ? null : (
          <div className="pb-4">
            <ProblemNote title={problem.title} tone={data === undefined ? 'danger' : 'warning'}>
              {problem.detail} {data === undefined ? '' : 'What stands here may be old.'} This page keeps trying.
            </ProblemNote>
          </div>
        )}
        {data === undefined ? (
          problem === null && <Skeleton className="h-28 w-full" />
        ) : (
          <div className="flex flex-col gap-8">
            <ul aria-label="Watched" className="grid gap-3 lg:grid-cols-2">
              {data.sources.map((source) => (
                <SourceCard key={source.id} source={source} list={data} />
              ))}
            </ul>
            <Part title="May be sessions" isThere={asks.length > 0}>
              {asks.map((found) => (
                <FoundCard key={`${found.database} ${found.prefix}`} found={found} list={data} />
              ))}
            </Part>
            <Part title="Left alone" isThere={excluded.length > 0}>
              {excluded.map((found) => (
                <FoundCard key={`${found.database} ${found.prefix}`} found={found} list={data} />
              ))}
            </Part>
            <p className="text-sm text-muted">{sayLooking(data)}</p>
          </div>
        )}
      </div>
    </div>
  )
}

function Part({ title, isThere, children }: { title: string; isThere: boolean; children: ReactNode }) {
  if (!isThere) return null
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-sm font-medium text-muted">{title}</h2>
      <ul className="flex flex-col gap-3">{children}</ul>
    </section>
  )
}

function sayLooking({ lookedAt, found, can }: SourceList): string {
  if (lookedAt === null) return 'ROLLCALL_MATCH names the prefixes, or the keys were not looked at yet.'
  const whoever = can.choose ? '' : ' An admin says which of them are watched.'
  if (found.length > 0) return `The keys are looked at again every ten minutes.${whoever}`
  return 'Nothing else under any prefix looks like sessions. The keys are looked at again every ten minutes.'
}
