import { Badge } from '@/components/ui/badge'
import { TimeAgo } from '@/components/ui/time-ago'
import { VisibleText } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import type { SourceFound, SourceList } from '@/lib/contract/source'
import { ChooseButtons } from './choose-buttons'

/** Keys that are not watched: what they look like, why, and what an admin may say of them. */
export function FoundCard({ found, list }: { found: SourceFound; list: SourceList }) {
  const { prefix, database, state, format, evidence, keys, walked, chosen } = found
  const label = list.formats.find((one) => one.id === format)?.label ?? format
  return (
    <li data-found={prefix} className="flex min-w-0 flex-col gap-2 rounded-lg border border-dashed p-4">
      <div className="flex items-start justify-between gap-3">
        <h3 className="min-w-0 font-mono text-base font-semibold wrap-anywhere">
          <VisibleText text={prefix} />
          {database === 0 ? null : (
            <span className="font-sans text-sm font-normal text-muted"> in database {database}</span>
          )}
        </h3>
        <Badge tone={state === 'asks' ? 'expiring' : 'stale'}>{state === 'asks' ? 'Not sure' : 'Left alone'}</Badge>
      </div>
      <p className="text-sm text-muted wrap-anywhere">
        {chosen === null ? null : (
          <>
            Left alone by <VisibleText text={chosen.admin} /> <TimeAgo at={chosen.at} />.{' '}
          </>
        )}
        {keys === 0 ? null : `${sayMany(keys, 'key')} of the ${sayCount(walked)} that were walked. `}
        {label === null ? '' : `Might be ${label}: `}
        {evidence}
      </p>
      {list.can.choose ? <ChooseButtons target={found} isWatched={false} list={list} /> : null}
    </li>
  )
}
