'use client'

import { ArrowLeft, ArrowRight } from 'lucide-react'
import { useRef } from 'react'
import { LiveBadge } from '@/components/shell/live-badge'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { SkeletonRows } from '@/components/ui/skeleton-rows'
import { sayCount } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { AuditPage } from '@/lib/contract/audit'
import { AuditFilter } from './audit-filter'
import { AuditTable } from './audit-table'
import { NothingFace, ProblemFace, TruthNote } from './faces'
import { useAuditView } from './use-audit-view'
import { targetOf } from './view'

const everyMs = 5000

/** The audit page. `fallback` is what the server already read for this address. */
export function AuditView({ fallback }: { fallback: { key: string; page: AuditPage } | null }) {
  const view = useAuditView()
  const target = targetOf(view.filter, view.q)
  const rendered = fallback?.key === target ? fallback.page : undefined
  const { data, problem, isPrevious } = useResource(target, AuditPage, {
    everyMs,
    fallback: rendered,
    keepsPrevious: true,
  })
  const scrollRef = useRef<HTMLDivElement>(null)
  const turn = (page: number) => {
    view.change({ page })
    scrollRef.current?.scrollTo({ top: 0 })
  }
  return (
    <div ref={scrollRef} className="h-full overflow-y-auto">
      <header className="flex flex-wrap items-end gap-x-5 gap-y-1 px-4 pt-4 pb-3 md:px-6 md:pt-5">
        <title>Audit · Rollcall</title>
        <div>
          <h1 className="text-sm font-medium text-muted">Audit</h1>
          <p className="flex items-baseline gap-2">
            {data === undefined && problem === null ? (
              <Skeleton className="mt-1 h-7 w-24" />
            ) : (
              <>
                <span data-testid="count" className="text-2xl font-semibold tracking-tight">
                  {data === undefined ? '–' : sayCount(data.total)}
                </span>
                <span className="text-sm text-muted">{said(data, view.isFiltered)}</span>
              </>
            )}
          </p>
        </div>
        <div className="flex h-7 items-center print:hidden">
          <LiveBadge freshness={data === undefined ? undefined : null} problem={problem} target={target} />
        </div>
      </header>
      <AuditFilter view={view} admins={data?.admins ?? []} />
      {data === undefined ? null : <TruthNote page={data} problem={problem} />}
      {data === undefined ? (
        problem === null ? (
          <SkeletonRows />
        ) : (
          <ProblemFace problem={problem} />
        )
      ) : data.rows.length === 0 ? (
        <NothingFace page={data} isFiltered={view.isFiltered} clear={view.clear} />
      ) : (
        <>
          <AuditTable rows={data.rows} isDimmed={isPrevious || problem !== null} />
          <Turning page={data} turn={turn} />
        </>
      )}
    </div>
  )
}

/** Older and newer pages, where there are any. */
function Turning({ page: { page, size, total, rows }, turn }: { page: AuditPage; turn: (page: number) => void }) {
  const first = (page - 1) * size + 1
  if (total <= size && page === 1) return null
  return (
    <nav aria-label="Pages of the audit" className="flex items-center gap-2 px-4 py-3 md:px-6 print:hidden">
      <span className="mr-auto text-sm text-muted">
        {sayCount(first)} to {sayCount(first + rows.length - 1)} of {sayCount(total)}
      </span>
      <Button disabled={page === 1} onClick={() => turn(page - 1)}>
        <ArrowLeft aria-hidden className="size-4" /> Newer
      </Button>
      <Button disabled={page * size >= total} onClick={() => turn(page + 1)}>
        Older <ArrowRight aria-hidden className="size-4" />
      </Button>
    </nav>
  )
}

function said(data: AuditPage | undefined, isFiltered: boolean): string {
  if (data === undefined) return 'not read'
  if (isFiltered) return 'match'
  if (!data.isComplete) return 'newest deeds'
  return data.total === 1 ? 'deed recorded' : 'deeds recorded'
}
