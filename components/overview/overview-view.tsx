'use client'

import Link from 'next/link'
import { useState } from 'react'
import { LiveBadge, sayWarming } from '@/components/shell/live-badge'
import { sayAway, sayOthers } from '@/components/shell/source-state'
import { CopyButton } from '@/components/ui/copy-button'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { sayBytes, sayClock, sayCount, sayMany } from '@/components/ui/words'
import type { ApiProblem } from '@/lib/client/api'
import { useResource } from '@/lib/client/resource'
import { type HistoryRange, Overview } from '@/lib/contract/overview'
import { HistoryCharts } from './history-charts'
import { Ranking } from './ranking'
import { ShapeCharts } from './shape-charts'
import { TopFindings } from './top-findings'

const example = `redis-cli SETEX session:abc123 1800 '{"userId":42,"name":"Alice"}'`

/** The overview: how many, how it came to be, what will become of it, and what is wrong. `fallback` is what the server already read. */
export function OverviewView({ fallback }: { fallback: Overview | null }) {
  const [range, setRange] = useState<HistoryRange>('24h')
  const target = `/api/overview?range=${range}`
  const { data, problem } = useResource(target, Overview, {
    fallback: range === '24h' ? (fallback ?? undefined) : undefined,
    keepsPrevious: true,
  })
  const state = data?.freshness.state
  const isTrue = data !== undefined && problem === null && (state === 'live' || state === 'warming')
  return (
    <div className="h-full overflow-y-auto">
      <div className="max-w-7xl px-4 pt-4 pb-10 md:px-6 md:pt-5">
        <header className="flex flex-wrap items-end gap-x-5 gap-y-1 pb-4">
          <title>{isTrue ? `${sayMany(data.total, 'session')} · Rollcall` : 'Overview · Rollcall'}</title>
          <div>
            <h1 className="text-sm font-medium text-muted">Overview</h1>
            {data === undefined ? (
              problem === null ? (
                <Skeleton className="mt-1 h-7 w-24" />
              ) : (
                <p className="text-2xl font-semibold text-faint">–</p>
              )
            ) : (
              <p className="flex flex-wrap items-baseline gap-x-2">
                <span
                  data-testid="count"
                  className={`text-2xl font-semibold tracking-tight ${isTrue ? '' : 'text-faint'}`}
                >
                  {sayCount(data.total)}
                </span>
                <span className="text-sm text-muted">
                  {state === 'warming' ? `${sayWarming(data.freshness)}, so far ` : ''}
                  {data.total === 1 ? 'session' : 'sessions'} of {sayMany(data.people, 'person', 'people')},{' '}
                  {sayBytes(data.sizeBytes)}
                </span>
              </p>
            )}
          </div>
          <div className="flex h-7 items-center">
            <LiveBadge freshness={data?.freshness} problem={problem} target={target} />
          </div>
        </header>
        {data === undefined ? problem === null ? <Placeholders /> : <ProblemFace problem={problem} /> : null}
        {data === undefined ? null : (
          <div className="flex flex-col gap-4">
            <Caution page={data} problem={problem} />
            <div className={`grid gap-4 lg:grid-cols-2 ${isTrue ? '' : 'opacity-60'}`}>
              {data.total === 0 && state === 'live' ? <Invitation /> : null}
              <HistoryCharts history={data.history} total={data.total} setRange={setRange} />
              {data.total === 0 ? null : <Shapes page={data} />}
              <TopFindings findings={data.findings} snoozed={data.snoozed} />
            </div>
          </div>
        )}
      </div>
    </div>
  )
}

function Shapes({ page }: { page: Overview }) {
  const { bySource, byFormat, byDevice, topPeople } = page
  const named = (rows: Overview['byFormat'], filter: string | null, unnamed: string) =>
    rows.map(({ name, count }) => ({
      id: name || 'none',
      label: name || unnamed,
      count,
      href: filter === null || name === '' ? null : `/sessions?${filter}=${encodeURIComponent(name)}`,
    }))
  return (
    <>
      <ShapeCharts horizon={page.horizon} sizes={page.sizes} />
      <Ranking
        title="People with most sessions"
        empty="Nobody is signed in."
        rows={topPeople.map(({ person, principal, label, count }) => ({
          id: person,
          label: label ?? principal,
          hint: label === null || label === principal ? null : principal,
          count,
          href: `/sessions?person=${person}`,
        }))}
      />
      <Ranking title="Devices" empty="None is known." rows={named(byDevice, null, 'Not told')} />
      <Ranking title="Sources" empty="None." rows={named(bySource, 'source', '')} />
      <Ranking title="Formats" empty="None." rows={named(byFormat, 'format', '')} />
      {page.anonymous + page.unreadable > 0 ? (
        <p className="text-sm text-muted lg:col-span-2">
          <Link href="/sessions?finding=anonymous" prefetch={false} className="underline">
            {sayCount(page.anonymous)} of nobody
          </Link>
          ,{' '}
          <Link href="/sessions?status=unreadable" prefetch={false} className="underline">
            {sayCount(page.unreadable)} unreadable
          </Link>
          .
        </p>
      ) : null}
    </>
  )
}

function Invitation() {
  return (
    <div className="min-w-0 lg:col-span-2">
      <EmptyState title="No session yet">
        <p>Sign in to your application, or write one by hand. It shows up here at once.</p>
        <div className="flex max-w-full items-center gap-2 rounded-md bg-sunken py-1 pr-1 pl-3 text-left">
          <code className="min-w-0 font-mono text-sm wrap-anywhere">{example}</code>
          <CopyButton text={example} />
        </div>
      </EmptyState>
    </div>
  )
}

/** Says above the charts that they are old, or not yet of all sessions; nothing while they are true. */
function Caution({ page, problem }: { page: Overview; problem: ApiProblem | null }) {
  const { freshness, now } = page
  if (problem === null && freshness.state !== 'stale' && freshness.state !== 'unavailable') return null
  const isRedis = problem === null || problem.code === 'source-unavailable'
  const away = problem === null ? sayAway(freshness) : null
  return (
    <ProblemNote tone="warning" title={isRedis ? `${away ?? 'Redis'} does not answer.` : `${problem.title}.`}>
      <span suppressHydrationWarning>
        {away === null ? `What stands here is as of ${sayClock(freshness.asOf ?? now)}.` : sayOthers(freshness)} This
        page keeps trying.
      </span>
    </ProblemNote>
  )
}

function ProblemFace({ problem }: { problem: ApiProblem }) {
  return (
    <div className="mx-auto max-w-xl py-10">
      <ProblemNote title={problem.code === 'source-unavailable' ? 'Redis has not answered yet' : problem.title}>
        <p>{problem.detail}</p>
        <p>This page keeps trying and shows the sessions as soon as they can be read.</p>
      </ProblemNote>
    </div>
  )
}

function Placeholders() {
  return (
    <div aria-hidden className="grid gap-4 lg:grid-cols-2">
      {['first', 'second', 'third', 'fourth'].map((name) => (
        <Skeleton key={name} className="h-60 w-full" />
      ))}
    </div>
  )
}
