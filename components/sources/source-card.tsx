import Link from 'next/link'
import { Badge, type Tone } from '@/components/ui/badge'
import { VisibleText } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import type { SourceAnswer, SourceList, SourceState } from '@/lib/contract/source'
import { ChooseButtons } from './choose-buttons'

const states: Record<SourceState, { label: string; tone: Tone }> = {
  live: { label: 'Live', tone: 'live' },
  warming: { label: 'Warming', tone: 'accent' },
  stale: { label: 'Stale', tone: 'stale' },
  unavailable: { label: 'Unavailable', tone: 'danger' },
}
const feeds = { tracking: 'told by Redis', rescan: 'found by looking again', none: 'not told yet' } as const

/** One source: how it stands, what is in it, why it is watched, and what this Redis does not let us do. */
export function SourceCard({ source, list }: { source: SourceAnswer; list: SourceList }) {
  const { id, name, database, state, feed, formats, sessions, skipped, capped, missing, evidence, pinnedFormat } =
    source
  const { label, tone } = states[state]
  const labelOf = (format: string) => list.formats.find((one) => one.id === format)?.label ?? format
  const left = [
    skipped > 0 ? `${sayMany(skipped, 'key')} of another kind` : '',
    capped > 0 ? `${sayCount(capped)} over the cap` : '',
  ]
  return (
    <li data-source={id} className="flex min-w-0 flex-col gap-2.5 rounded-lg border bg-raised p-4">
      <div className="flex items-start justify-between gap-3">
        <h2 className="min-w-0 font-mono text-base font-semibold wrap-anywhere">
          <VisibleText text={name} />
          {database === 0 ? null : (
            <span className="font-sans text-sm font-normal text-muted"> in database {database}</span>
          )}
        </h2>
        <Badge tone={tone}>{label}</Badge>
      </div>
      <p className="text-sm">
        <Link
          href={`/sessions?source=${encodeURIComponent(id)}`}
          prefetch={false}
          className="font-medium text-accent hover:underline"
        >
          {sayMany(sessions, 'session')}
        </Link>
        <span className="text-muted">
          {Object.keys(formats).length === 0 ? '' : ': '}
          {Object.entries(formats)
            .sort(([, a], [, b]) => b - a)
            .map(([format, count]) => `${labelOf(format)} ${sayCount(count)}`)
            .join(', ')}
        </span>
      </p>
      <p className="text-sm text-muted wrap-anywhere">
        {evidence} {pinnedFormat === null ? '' : `Read as ${labelOf(pinnedFormat)}. `}Changes are {feeds[feed]}.
        {left.some((text) => text !== '') ? ` Left out: ${left.filter((text) => text !== '').join(', ')}.` : ''}
        {missing.length === 0 ? '' : ` This Redis user lacks ${missing.join(', ')}.`}
      </p>
      {list.can.choose && source.origin !== 'demo' ? <ChooseButtons target={source} isWatched list={list} /> : null}
    </li>
  )
}
