import { ArrowRight, Check, X } from 'lucide-react'
import Link from 'next/link'
import { useConsole } from '@/components/shell/console-context'
import { stateLooks } from '@/components/shell/source-state'
import { Badge } from '@/components/ui/badge'
import { Button, buttonClass } from '@/components/ui/button'
import { colorLooks } from '@/components/ui/color-looks'
import { ProblemNote } from '@/components/ui/problem-note'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import type { SourceAnswer } from '@/lib/contract/source'
import { chooseSource } from './choose'
import { feedWords, originWords, powers } from './words'

type SourceCardProps = {
  source: SourceAnswer
  labelOf: (format: string) => string
  hasSeveralDatabases: boolean
  canChoose: boolean
  onPin: () => void
}

/** One source: its state, what it holds, why it is watched, and what its Redis lets us do. */
export function SourceCard({ source, labelOf, hasSeveralDatabases, canChoose, onPin }: SourceCardProps) {
  const { id, name, prefix, redis, database, state, trouble, origin, evidence, pinnedFormat, sessions } = source
  const headingId = `source-${id}`
  return (
    <article
      aria-labelledby={headingId}
      data-source={id}
      className="grid gap-x-8 gap-y-4 rounded-lg border bg-raised p-4 sm:p-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
    >
      <div className="flex min-w-0 flex-col gap-3">
        <div className="flex items-start gap-4">
          <div className="flex min-w-0 flex-1 flex-col items-start gap-1.5">
            <span className="flex flex-wrap items-center gap-2">
              <Badge>{originWords[origin]}</Badge>
              {redis === null ? null : (
                <span className={`rounded-full px-2 text-xs leading-5 font-medium ${colorLooks[redis.color]}`}>
                  {visibleString(redis.name)}
                </span>
              )}
              {hasSeveralDatabases ? <Badge>Database {database}</Badge> : null}
              <span className="inline-flex items-center gap-1.5 text-xs text-muted">
                <span aria-hidden className={`size-2 shrink-0 ${stateLooks[state].dot}`} />
                {stateLooks[state].word ?? 'live'}
              </span>
            </span>
            <h2 id={headingId} className="font-mono text-lg font-semibold tracking-tight wrap-anywhere">
              <VisibleText text={name} />
            </h2>
          </div>
          <p className="text-right">
            <span className="block text-2xl font-semibold tracking-tight">{sayCount(sessions)}</span>
            <span className="block text-xs text-muted">{sessions === 1 ? 'session' : 'sessions'}</span>
          </p>
        </div>
        <p className="text-sm text-muted wrap-anywhere">{evidence}</p>
        {trouble === null ? null : (
          <ProblemNote title={`This Redis: ${trouble.what}`} tone={state === 'live' ? 'warning' : 'stale'}>
            {trouble.advice}
          </ProblemNote>
        )}
        <div className="mt-auto flex flex-wrap gap-2">
          <Link
            href={`/sessions?source=${encodeURIComponent(id)}`}
            prefetch={false}
            aria-label={`Show the sessions of ${visibleString(name)}`}
            className={`${buttonClass('plain')} max-sm:w-full`}
          >
            Show them <ArrowRight aria-hidden className="size-3.5" />
          </Link>
          {canChoose && prefix !== '' && !(redis !== null && origin === 'configured') ? (
            <>
              <Button look="quiet" aria-label={`Read ${visibleString(name)} as…`} onClick={onPin}>
                Read as…
              </Button>
              <Button
                look="quiet"
                aria-label={`Leave ${visibleString(name)} alone`}
                onClick={() =>
                  void chooseSource({
                    redis: redis?.name ?? null,
                    database,
                    prefix,
                    choice: 'exclude',
                    format: pinnedFormat,
                  })
                }
              >
                Leave alone
              </Button>
            </>
          ) : null}
        </div>
      </div>
      <SourceFacts source={source} labelOf={labelOf} />
    </article>
  )
}

function SourceFacts({ source, labelOf }: Pick<SourceCardProps, 'source' | 'labelOf'>) {
  const { isReadOnly } = useConsole()
  const { redis, feed, formats, pinnedFormat, scanned, skipped, capped, capabilities, missing } = source
  const counts = Object.entries(formats).sort((a, b) => b[1] - a[1])
  return (
    <dl className="grid content-start gap-x-4 gap-y-2.5 text-sm grid-cols-[5.5rem_minmax(0,1fr)] sm:grid-cols-[8rem_minmax(0,1fr)] lg:border-l lg:pl-8 [&_dt]:text-faint">
      <dt>Formats</dt>
      <dd>
        {counts.length === 0 ? <span className="text-faint">No session yet</span> : null}
        {counts.map(([format, count]) => (
          <span key={format} className="mr-3 inline-block">
            {labelOf(format)} <span className="text-faint">{sayCount(count)}</span>
          </span>
        ))}
        {pinnedFormat === null ? null : (
          <span className="block text-muted">Every key is read as {labelOf(pinnedFormat)}.</span>
        )}
      </dd>
      <dt>Changes</dt>
      <dd>{feedWords[feed]}</dd>
      <dt>Last look</dt>
      <dd>
        {sayMany(scanned, 'key')} looked at
        {skipped === 0 ? null : `, ${sayCount(skipped)} of them no sessions`}
        {capped === 0 ? null : `, ${sayCount(capped)} left out over the limit`}
      </dd>
      <dt>Allowed here</dt>
      <dd>
        <ul className="flex flex-wrap gap-x-3 gap-y-1">
          {powers.map(({ id, label }) => {
            const isThere = capabilities.includes(id)
            const Icon = isThere ? Check : X
            return (
              <li key={id} className={`inline-flex items-center gap-1 ${isThere ? '' : 'text-faint'}`}>
                <Icon aria-hidden className={`size-3.5 ${isThere ? 'text-live' : ''}`} />
                {isThere ? label : `${label}: no`}
              </li>
            )
          })}
        </ul>
        {isReadOnly || redis?.isReadOnly ? (
          <span className="block text-muted">Rollcall is set to read only.</span>
        ) : null}
      </dd>
      {missing.length === 0 ? null : (
        <>
          <dt>Not there</dt>
          <dd className="wrap-anywhere">
            <span className="font-mono text-xs">{missing.join(', ')}</span>
            <span className="block text-muted">This Redis refuses or lacks these commands.</span>
          </dd>
        </>
      )}
    </dl>
  )
}
