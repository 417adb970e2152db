import Link from 'next/link'
import { Ttl } from '@/components/sessions/ttl'
import { sessionOf } from '@/components/sessions/words'
import { VisibleText } from '@/components/ui/visible-text'
import { sayBytes, sayCount } from '@/components/ui/words'
import type { SessionRow } from '@/lib/contract/session'

/** The clearest sessions of a finding: whose, how long and how large, each a link to its own page. */
export function Evidence({ rows, count, title }: { rows: SessionRow[]; count: number; title: string }) {
  return (
    <>
      <h3 className="text-xs font-medium text-muted">
        {rows.length < count ? `${rows.length} of ${sayCount(count)}` : rows.length === 1 ? 'Which' : 'Which ones'}
      </h3>
      <ul aria-label={`Evidence: ${title}`} className="-mx-2 flex flex-col">
        {rows.map((row) => (
          <li key={row.handle} className="border-b border-line/60 last:border-b-0">
            <Link
              href={`/sessions/${row.handle}`}
              prefetch={false}
              title={`Open ${sessionOf(row)}`}
              className="grid min-h-(--bar-height) grid-cols-[minmax(0,1fr)_88px_68px] items-center gap-3 rounded-md px-2 text-sm hover:bg-sunken"
            >
              <Whose row={row} />
              <Ttl expiresAt={row.expiresAt} status={row.status} />
              <span className="text-right text-muted">{sayBytes(row.sizeBytes)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}

function Whose({ row }: { row: SessionRow }) {
  const name = row.label ?? row.principal
  if (name === null) {
    return <span className="truncate text-muted">{row.status === 'unreadable' ? 'Unreadable' : 'Anonymous'}</span>
  }
  return (
    <span className="truncate font-medium">
      <VisibleText text={name} />
    </span>
  )
}
