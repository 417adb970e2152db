// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform and drawn as a grid, which a table's own elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the same
'use client'

import { LogOut } from 'lucide-react'
import Link from 'next/link'
import { type CSSProperties, memo } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { TimeAgo } from '@/components/ui/time-ago'
import { Hint } from '@/components/ui/tooltip'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import { sayBytes, sayCount, sayMany } from '@/components/ui/words'
import type { PersonRow, PersonSortField } from '@/lib/contract/person'
import { nameOf, sessionsOf } from './words'

export type PersonDeeds = {
  open: (row: PersonRow) => void
  logOut: (row: PersonRow) => void
  focus: (row: PersonRow, index: number) => void
}

/** Two lines on a phone; the id beside the name until there is room for both it and the sources. */
export const gridClass =
  'grid items-center gap-x-3 px-4 grid-cols-[minmax(0,1fr)_auto_auto] md:gap-x-4 md:px-6 md:grid-cols-[minmax(0,1fr)_80px_72px_96px_80px_32px] lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_80px_72px_96px_80px_32px] xl:grid-cols-[minmax(0,2fr)_minmax(0,1.4fr)_minmax(0,1.2fr)_80px_72px_104px_88px_32px]'

/** Where each cell stands, the header's as well. */
export const cellClass: Record<PersonSortField, string> = {
  label: 'min-w-0',
  principal: 'min-w-0 max-xl:hidden',
  sources: 'min-w-0 max-lg:hidden',
  sessions: 'md:text-right',
  devices: 'text-right max-md:hidden',
  lastSeenAt: 'pl-2 max-md:hidden',
  sizeBytes: 'text-right max-md:hidden',
}

type PersonLineProps = {
  row: PersonRow
  index: number
  isGone: boolean
  isCurrent: boolean
  /** The one row that Tab leads to. */
  isTabStop: boolean
  /** Their sessions are being looked up. */
  deeds: PersonDeeds
}

/** One person in the table. Somebody without a session left keeps the place, empty, while the pointer is over the table. */
export const PersonLine = memo(function PersonLine(props: PersonLineProps) {
  const { row, index, isGone, isCurrent, isTabStop, deeds } = props
  const place: CSSProperties = { transform: `translateY(calc(var(--row-height) * ${index}))` }
  const base = `${gridClass} absolute inset-x-0 top-0 h-(--row-height) border-b text-sm transition-transform duration-quick ease-out`
  if (isGone) {
    return (
      <div role="row" tabIndex={-1} aria-rowindex={index + 2} className={`${base} text-faint`} style={place}>
        <span role="cell" className="col-span-full">
          No session left
        </span>
      </div>
    )
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table listens to Enter
    <div
      role="row"
      aria-rowindex={index + 2}
      data-person={row.person}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={() => deeds.focus(row, index)}
      onClick={({ target, currentTarget }) => {
        // A press on a control of the row is that control's; a selection of text is for copying.
        if (!(target instanceof Element) || !currentTarget.contains(target) || target.closest('button, a')) return
        if (window.getSelection()?.isCollapsed !== false) deeds.open(row)
      }}
      className={`group cursor-default focus-visible:outline-offset-[-2px] ${base} ${isCurrent ? 'bg-sunken' : 'hover:bg-sunken'}`}
      style={place}
    >
      <Cells {...props} />
    </div>
  )
})

function Cells({ row, isTabStop, deeds }: PersonLineProps) {
  const { can } = useConsole()
  const tabIndex = isTabStop ? 0 : -1
  const href = sessionsOf(row.person)
  const hasName = row.label !== null && row.label !== '' && row.label !== row.principal
  return (
    <>
      <span role="cell" className={cellClass.label}>
        <span className="flex min-w-0 items-baseline gap-2">
          <Link
            href={href}
            prefetch={false}
            tabIndex={tabIndex}
            title="Show all sessions of this person"
            className="min-w-0 truncate rounded-sm font-medium underline-offset-2 hover:underline"
          >
            <VisibleText text={row.label || row.principal} />
          </Link>
          {hasName ? (
            <span className="max-w-[45%] shrink-[3] truncate text-xs text-faint xl:hidden">
              <VisibleText text={row.principal} />
            </span>
          ) : null}
        </span>
        <span className="mt-0.5 block truncate text-xs text-muted md:hidden">
          {row.lastSeenAt === null ? null : (
            <>
              seen <TimeAgo at={row.lastSeenAt} /> ago ·{' '}
            </>
          )}
          {sayBytes(row.sizeBytes)}
          {row.devices === 0 ? null : <span className="max-[479px]:hidden"> · {sayMany(row.devices, 'device')}</span>}
        </span>
      </span>
      <span role="cell" className={`truncate text-muted ${cellClass.principal}`}>
        <VisibleText text={row.principal} />
      </span>
      <span
        role="cell"
        className={`truncate text-muted ${cellClass.sources}`}
        title={row.sources.map(visibleString).join(', ')}
      >
        <VisibleText text={row.sources.join(', ')} />
      </span>
      <span role="cell" className={cellClass.sessions}>
        <Link
          href={href}
          prefetch={false}
          tabIndex={-1}
          aria-label={`${sayMany(row.sessions, 'session')} of ${nameOf(row)}`}
          className="inline-flex min-h-6 items-center gap-1 rounded-sm underline-offset-2 hover:underline pointer-coarse:min-h-11"
        >
          <span className="font-medium">{sayCount(row.sessions)}</span>
          <span className="text-xs text-muted md:hidden">{row.sessions === 1 ? 'session' : 'sessions'}</span>
        </Link>
      </span>
      <span role="cell" className={`text-muted ${cellClass.devices}`}>
        {row.devices === 0 ? <span className="text-faint">–</span> : sayCount(row.devices)}
      </span>
      <span role="cell" className={`text-muted ${cellClass.lastSeenAt}`}>
        <TimeAgo at={row.lastSeenAt} />
      </span>
      <span role="cell" className={`text-muted ${cellClass.sizeBytes}`}>
        <Hint text={() => `${sayCount(row.sizeBytes)} bytes`}>
          <span>{sayBytes(row.sizeBytes)}</span>
        </Hint>
      </span>
      <span role="cell" className="flex justify-end">
        {can.revoke ? (
          <Button
            look="danger-quiet"
            isIcon
            tabIndex={tabIndex}
            aria-label={`Log out ${nameOf(row)} everywhere`}
            title="Log out everywhere"
            onClick={() => deeds.logOut(row)}
            className="md:pointer-fine:opacity-0 md:pointer-fine:group-focus-within:opacity-100 md:pointer-fine:group-hover:opacity-100"
          >
            <LogOut aria-hidden className="size-4" />
          </Button>
        ) : null}
      </span>
    </>
  )
}
