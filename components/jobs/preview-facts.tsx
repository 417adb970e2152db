import { limitWords, personOf } from '@/components/sessions/words'
import { visibleString } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import type { JobDeed, JobPreview } from '@/lib/contract/job'
import { Limit, type SessionRow } from '@/lib/contract/session'

const shown = 5

/** What a job would act on: by source, a sample, and what it cannot reach. */
export function PreviewFacts({ preview, deed }: { preview: JobPreview; deed: JobDeed }) {
  const { total, bySource, sample, people, notReached, unable, canUndo } = preview
  if (total === 0) return <p className="text-sm text-muted">No session matches any more.</p>
  const more = total - Math.min(shown, sample.length)
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p className="text-muted">
        By source:{' '}
        {Object.entries(bySource)
          .map(([source, count]) => `${visibleString(source)} ${sayCount(count)}`)
          .join(', ')}
        {people > 1 ? `. ${sayCount(people)} people` : ''}
        {deed !== 'revoke' ? '' : canUndo ? '. Can be undone for a minute.' : '. Cannot be undone.'}
      </p>
      {unable > 0 ? (
        <p className="text-danger">
          {sayMany(unable, 'session')} would be refused: this Redis user may not do that there.
        </p>
      ) : null}
      <details open={total <= shown} className="group rounded-md border px-3 py-2">
        <summary className="min-h-6 text-sm font-medium text-muted">
          {sample.length === total ? 'Which' : `A sample of ${sample.length}`}
        </summary>
        <ul className="mt-1 space-y-0.5">
          {sample.map((row) => (
            <li key={row.handle} className="flex justify-between gap-4">
              <span className="truncate">{sayWho(row)}</span>
              <span className="shrink-0 text-muted">{visibleString(row.source)}</span>
            </li>
          ))}
          {more > 0 && sample.length < total ? (
            <li className="text-muted">and {sayCount(total - sample.length)} more</li>
          ) : null}
        </ul>
      </details>
      {notReached.length > 0 ? (
        <details className="rounded-md border px-3 py-2">
          <summary className="min-h-6 text-sm font-medium text-muted">What this cannot reach</summary>
          <ul className="mt-1 list-disc space-y-1 pl-4 text-muted">
            {notReached.map(({ limit, count }) => (
              <li key={limit}>
                {count === total ? '' : `${sayMany(count, 'session')}: `}
                {sayLimit(limit)}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  )
}

function sayWho(row: SessionRow): string {
  if (row.label !== null || row.principal !== null) return personOf(row)
  return row.status === 'unreadable' ? 'Unreadable' : 'Anonymous'
}

function sayLimit(name: string): string {
  const limit = Limit.safeParse(name)
  return limit.success ? limitWords[limit.data] : name
}
