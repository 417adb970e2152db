'use client'

import Link from 'next/link'
import { Badge } from '@/components/ui/badge'
import { Moment } from '@/components/ui/moment'
import { Hint } from '@/components/ui/tooltip'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import type { AuditRow } from '@/lib/contract/audit'
import { deedWords, noOutcome, outcomeWords } from './words'

const head =
  'sticky top-0 z-10 border-b bg-surface px-2 py-2 text-left text-xs font-medium text-faint first:pl-4 last:pr-4 md:first:pl-6 md:last:pr-6'
const cell = 'border-b px-2 py-2 align-top first:pl-4 last:pr-4 md:first:pl-6 md:last:pr-6'
/** Columns that a narrow screen has no room for; their words then stand under the deed. */
const wide = 'max-xl:hidden print:table-cell'
const middle = 'max-md:hidden print:table-cell'

/** The audit, newest first. On a narrow screen what has no column stands under the deed; on paper all columns are there. */
export function AuditTable({ rows, isDimmed }: { rows: AuditRow[]; isDimmed: boolean }) {
  return (
    <table
      aria-label="Audit"
      className={`w-full border-separate border-spacing-0 text-sm ${isDimmed ? 'grayscale' : ''}`}
    >
      <thead>
        <tr>
          <th scope="col" className={`${head} ${middle}`}>
            When
          </th>
          <th scope="col" className={`${head} ${middle}`}>
            Who
          </th>
          <th scope="col" className={`${head} max-md:pl-4`}>
            What
          </th>
          <th scope="col" className={`${head} ${middle}`}>
            Whose session
          </th>
          <th scope="col" className={`${head} max-md:pr-4 md:max-xl:pr-6`}>
            Outcome
          </th>
          <th scope="col" className={`${head} ${wide}`}>
            Reason
          </th>
          <th scope="col" className={`${head} ${wide}`}>
            Address
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={`${row.requestId}${row.deed}${row.handle}`} row={row} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ row }: { row: AuditRow }) {
  const { label, tone, hint } = row.outcome === null ? noOutcome : outcomeWords[row.outcome]
  return (
    <tr className="hover:bg-sunken">
      <td className={`${cell} ${middle} text-muted`}>
        <Moment at={row.at} />
      </td>
      <td className={`${cell} ${middle} min-w-20 max-w-48`}>
        <Who admin={row.admin} deed={row.deed} />
      </td>
      <td className={`${cell} min-w-0 max-md:pl-4`}>
        <span className="font-medium whitespace-nowrap">{deedWords[row.deed]}</span>
        <span className="block text-xs text-muted md:hidden print:hidden">
          <Who admin={row.admin} deed={row.deed} /> · <Moment at={row.at} />
        </span>
        <span className="block md:hidden print:hidden">
          <Whose row={row} />
        </span>
        <span className="block text-xs wrap-anywhere text-muted empty:hidden xl:hidden print:hidden">
          {row.reason === null ? null : <VisibleText text={row.reason} />}
          {row.reason !== null && row.ip !== null ? ' · ' : null}
          {row.ip === null ? null : <span className="font-mono">{row.ip}</span>}
        </span>
      </td>
      <td className={`${cell} ${middle} max-w-72`}>
        <Whose row={row} />
      </td>
      <td className={`${cell} w-px whitespace-nowrap max-md:pr-4 md:max-xl:pr-6`}>
        <Hint text={() => hint}>
          <button type="button" className="rounded-full align-top">
            <Badge tone={tone}>{label}</Badge>
          </button>
        </Hint>
      </td>
      <td className={`${cell} ${wide} max-w-80 wrap-anywhere text-muted`}>
        {row.reason === null ? <Nothing /> : <VisibleText text={row.reason} />}
      </td>
      <td className={`${cell} ${wide} max-w-44 font-mono text-xs leading-5 wrap-anywhere text-muted`}>
        {row.ip === null ? <Nothing /> : <VisibleText text={row.ip} />}
      </td>
    </tr>
  )
}

function Who({ admin, deed }: Pick<AuditRow, 'admin' | 'deed'>) {
  if (admin === null) return <span className="text-faint">{deed === 'guard.end' ? 'The guard' : 'Nobody known'}</span>
  return (
    <span className="wrap-anywhere">
      <VisibleText text={admin} />
    </span>
  )
}

/** The person and the handle; the handle leads to the session, also when it ended. */
function Whose({ row }: { row: AuditRow }) {
  if (row.handle === null) return <Nothing className="max-md:hidden" />
  return (
    <span className="flex min-w-0 items-baseline gap-x-2 max-md:flex-wrap md:max-xl:flex-col print:flex-wrap">
      {row.principal === null ? null : (
        <span
          className="max-w-full min-w-0 wrap-anywhere xl:truncate print:whitespace-normal"
          title={visibleString(row.principal)}
        >
          <VisibleText text={row.principal} />
        </span>
      )}
      <Link
        href={`/sessions/${encodeURIComponent(row.handle)}`}
        prefetch={false}
        title={row.handle}
        className="max-w-28 shrink-0 truncate rounded-sm font-mono text-xs leading-5 text-accent underline-offset-2 hover:underline pointer-coarse:py-2 print:max-w-none print:whitespace-normal print:wrap-anywhere"
      >
        {row.handle}
      </Link>
    </span>
  )
}

function Nothing({ className = '' }: { className?: string }) {
  return <span className={`font-sans text-sm text-faint ${className}`}>–</span>
}
