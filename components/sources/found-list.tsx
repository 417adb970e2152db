import { Button } from '@/components/ui/button'
import { Moment } from '@/components/ui/moment'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import type { SourceFound } from '@/lib/contract/source'
import { chooseSource } from './choose'

type FoundListProps = {
  title: string
  note: string
  found: SourceFound[]
  labelOf: (format: string) => string
  hasSeveralDatabases: boolean
  canChoose: boolean
  onPin: (found: SourceFound) => void
}

/** Keys that may be sessions and are not watched, a row each: what they look like and why, and what may be done about it. */
export function FoundList({ title, note, found, ...rest }: FoundListProps) {
  const [first] = found
  if (first === undefined) return null
  const headingId = `found-${first.state}`
  return (
    <section aria-labelledby={headingId} className="flex flex-col gap-2 pt-4">
      <h2 id={headingId} className="text-sm font-medium">
        {title} <span className="font-normal text-faint">{sayCount(found.length)}</span>
      </h2>
      <p className="max-w-3xl text-sm text-muted">{note}</p>
      <ul className="flex flex-col divide-y rounded-lg border bg-raised">
        {found.map((one) => (
          <FoundRow key={JSON.stringify([one.redis, one.database, one.prefix])} found={one} {...rest} />
        ))}
      </ul>
    </section>
  )
}

type FoundRowProps = Omit<FoundListProps, 'title' | 'note' | 'found'> & { found: SourceFound }

function FoundRow({ found, labelOf, hasSeveralDatabases, canChoose, onPin }: FoundRowProps) {
  const { redis, database, prefix, state, format, evidence, keys, walked, chosen } = found
  const name = visibleString(prefix)
  const choose = (choice: 'include' | 'exclude') => void chooseSource({ redis, database, prefix, choice, format: null })
  return (
    <li data-found={state} className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 p-4">
      <div className="flex min-w-0 flex-1 basis-80 flex-col gap-1">
        <p className="text-base wrap-anywhere">
          <span className="font-mono font-medium">
            <VisibleText text={prefix} />
          </span>
          {redis === null ? null : <span className="text-muted"> in {visibleString(redis)}</span>}
          {hasSeveralDatabases ? <span className="text-muted"> in database {database}</span> : null}
          {format === null ? null : (
            <span>
              {' '}
              {state === 'asks' ? 'might be' : 'looks like'} {labelOf(format)}
            </span>
          )}
          {keys === 0 ? null : (
            <span className="text-muted">
              {' '}
              · {sayCount(keys)} of {sayMany(walked, 'key')}
            </span>
          )}
        </p>
        {evidence === '' ? null : <p className="text-sm text-muted wrap-anywhere">Why: {evidence}</p>}
        {chosen === null ? null : (
          <p className="text-sm text-muted">
            Left alone by <VisibleText text={chosen.admin} />, <Moment at={chosen.at} />
          </p>
        )}
      </div>
      {canChoose ? (
        <div className="flex flex-wrap gap-2">
          <Button
            aria-label={state === 'asks' ? `Watch ${name}` : `Watch ${name} again`}
            onClick={() => choose('include')}
          >
            {state === 'asks' ? 'Watch' : 'Watch again'}
          </Button>
          <Button look="quiet" aria-label={`Watch ${name} as…`} onClick={() => onPin(found)}>
            Watch as…
          </Button>
          {state === 'asks' ? (
            <Button look="quiet" aria-label={`Leave ${name} alone`} onClick={() => choose('exclude')}>
              Leave alone
            </Button>
          ) : null}
        </div>
      ) : null}
    </li>
  )
}
