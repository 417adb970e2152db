'use client'

import { Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { LiveBadge } from '@/components/shell/live-badge'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { TimeAgo } from '@/components/ui/time-ago'
import { sayCount, sayMany } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { SourceList } from '@/lib/contract/source'
import { FoundList } from './found-list'
import { isSamePlace, type Place } from './place'
import { SourceCard } from './source-card'
import type { Pinning } from './watch-dialog'

const WatchDialog = dynamic(() => import('./watch-dialog').then((part) => part.WatchDialog), { ssr: false })
const target = '/api/sources'

/** The page of sources: what is watched and why, what was found beside it, what is left alone. `fallback` is what the server already read. */
export function SourcesView({ fallback }: { fallback: SourceList }) {
  const { data, problem } = useResource(target, SourceList, { everyMs: 2000, fallback })
  const [pinning, setPinning] = useState<Pinning | null>(null)
  const all = data === undefined ? [] : [...data.sources, ...data.found]
  const places = all
    .map(
      ({ redis, database }): Place => ({
        redis: redis === null || typeof redis === 'string' ? redis : redis.name,
        database,
      }),
    )
    .filter((one, index, list) => list.findIndex((other) => isSamePlace(one, other)) === index)
    .sort((a, b) => a.database - b.database)
  return (
    <div className="h-full overflow-y-auto">
      <div className="max-w-6xl px-4 pt-4 pb-10 md:px-6 md:pt-5">
        <header className="flex flex-wrap items-end gap-x-5 gap-y-2 pb-4">
          <title>Sources · Rollcall</title>
          <div>
            <h1 className="text-sm font-medium text-muted">Sources</h1>
            <p className="flex items-baseline gap-2">
              <span className={`text-2xl font-semibold tracking-tight ${problem === null ? '' : 'text-faint'}`}>
                {data === undefined ? '–' : sayCount(data.sources.length)}
              </span>
              <span className="text-sm text-muted">
                {data === undefined ? 'watched' : `watched, ${sayMany(sum(data), 'session')}`}
              </span>
            </p>
          </div>
          <div className="flex h-7 items-center">
            <LiveBadge freshness={data?.freshness} problem={problem} target={target} />
          </div>
          {data?.can.choose ? (
            <Button
              className="ml-auto"
              onClick={() => setPinning({ redis: null, database: 0, ...places[0], prefix: null, format: null })}
            >
              <Plus aria-hidden className="size-4" /> Watch a prefix…
            </Button>
          ) : null}
        </header>
        {problem === null ? null : (
          <div className="max-w-3xl pb-4">
            <ProblemNote title={problem.title} tone={data === undefined ? 'danger' : 'warning'}>
              {problem.detail} {data === undefined ? '' : 'What stands here may be old.'} This page keeps trying.
            </ProblemNote>
          </div>
        )}
        {data === undefined ? (
          problem === null && <SkeletonCards />
        ) : (
          <Shown
            list={data}
            hasSeveralDatabases={new Set(places.map(({ database }) => database)).size > 1}
            onPin={setPinning}
          />
        )}
      </div>
      {pinning === null || data === undefined ? null : (
        <WatchDialog {...pinning} formats={data.formats} places={places} onClose={() => setPinning(null)} />
      )}
    </div>
  )
}

type ShownProps = { list: SourceList; hasSeveralDatabases: boolean; onPin: (pinning: Pinning) => void }

function Shown({ list, hasSeveralDatabases, onPin }: ShownProps) {
  const { sources, found, formats, isLooking, lookedAt, can } = list
  const labelOf = (format: string) => formats.find(({ id }) => id === format)?.label ?? format
  const common = { labelOf, hasSeveralDatabases, canChoose: can.choose }
  const pin = ({ redis, prefix, database, format }: Pinning) => onPin({ redis, prefix, database, format })
  return (
    <div className="flex flex-col gap-4">
      {sources.length === 0 ? (
        <EmptyState title="Nothing is watched">Everything was left alone. Watch it again below.</EmptyState>
      ) : null}
      {sources.map((source) => (
        <SourceCard
          key={source.id}
          source={source}
          {...common}
          onPin={() => pin({ ...source, redis: source.redis?.name ?? null, format: source.pinnedFormat })}
        />
      ))}
      <FoundList
        title="Found, and not watched"
        note={`These keys might be sessions; nobody is sure enough to show them. ${can.choose ? '' : 'An admin may say.'}`}
        found={found.filter(({ state }) => state === 'asks')}
        {...common}
        onPin={pin}
      />
      <FoundList
        title="Left alone"
        note="An admin said that these are not watched."
        found={found.filter(({ state }) => state === 'excluded')}
        {...common}
        onPin={(one) => pin({ ...one, format: null })}
      />
      <p className="pt-2 text-sm text-faint">
        {!isLooking ? (
          'The settings name the prefixes, so no others are looked for.'
        ) : lookedAt === null ? (
          'The keys of this Redis are being looked through for more.'
        ) : (
          <>
            The keys of this Redis were last looked through <TimeAgo at={lookedAt} /> ago, at most 200,000 at a time;
            this goes on every ten minutes.
          </>
        )}
      </p>
    </div>
  )
}

const sum = ({ sources }: SourceList) => sources.reduce((all, { sessions }) => all + sessions, 0)

function SkeletonCards() {
  return (
    <div aria-hidden className="flex flex-col gap-4">
      {['first', 'second'].map((name) => (
        <Skeleton key={name} className="h-48 rounded-lg" />
      ))}
    </div>
  )
}
