// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform and drawn as a grid, which a table's own elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the same
'use client'

import { ExternalLink, TriangleAlert, X } from 'lucide-react'
import Link from 'next/link'
import { type CSSProperties, type MouseEvent, memo } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Badge } from '@/components/ui/badge'
import { Button, buttonClass } from '@/components/ui/button'
import { TimeAgo } from '@/components/ui/time-ago'
import { Hint } from '@/components/ui/tooltip'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import { sayBytes, sayCount } from '@/components/ui/words'
import { withBasePath } from '@/lib/client/base-path'
import type { SessionRow } from '@/lib/contract/session'
import { ExtendButton } from './extend-button'
import { Nothing, Person } from './person-cell'
import { Ttl } from './ttl'
import { sessionOf, statusWords } from './words'

export type RowDeeds = {
  open: (row: SessionRow) => void
  revoke: (row: SessionRow) => void
  select: (row: SessionRow, index: number, isRange: boolean) => void
  filterByPerson: (row: SessionRow) => void
  focus: (row: SessionRow, index: number) => void
  setExtending: (handle: string | null) => void
}

type SessionRowLineProps = {
  row: SessionRow
  index: number
  isEnded: boolean
  hasArrived: boolean
  isCurrent: boolean
  /** The one row that Tab leads to. */
  isTabStop: boolean
  isSelected: boolean
  isOpen: boolean
  isExtending: boolean
  deeds: RowDeeds
}

/** One session in the table: a line, or two on a phone. An ended one keeps its place, empty, while the pointer is over the table. */
export const SessionRowLine = memo(function SessionRowLine(props: SessionRowLineProps) {
  const { row, index, isEnded, hasArrived, isCurrent, isTabStop, isSelected, isOpen, deeds } = props
  const place: CSSProperties = { transform: `translateY(calc(var(--row-height) * ${index}))` }
  const base =
    'session-grid absolute inset-x-0 top-0 h-(--row-height) border-b transition-transform duration-quick ease-out'
  if (isEnded) {
    return (
      <div role="row" tabIndex={-1} aria-rowindex={index + 2} className={`${base} text-faint`} style={place}>
        <span role="cell" className="col-[2/-1] row-[1/-1] self-center text-sm">
          Ended
        </span>
      </div>
    )
  }
  const state =
    isOpen || isSelected
      ? '[--row-back:var(--accent-soft)] bg-accent-soft'
      : isCurrent
        ? 'bg-sunken'
        : 'hover:bg-sunken'
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table listens to Enter
    <div
      role="row"
      aria-rowindex={index + 2}
      data-handle={row.handle}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={() => deeds.focus(row, index)}
      onClick={(event) => openUnlessPressed(event, row, deeds)}
      onAuxClick={(event) => event.button === 1 && openElsewhere(row)}
      className={`group cursor-default text-sm focus-visible:outline-offset-[-2px] ${base} ${state} ${hasArrived ? 'animate-arrive' : ''}`}
      style={place}
    >
      <Cells {...props} />
    </div>
  )
})

function Cells({ row, index, isTabStop, isSelected, isExtending, deeds }: SessionRowLineProps) {
  const { can } = useConsole()
  const tabIndex = isTabStop ? 0 : -1
  const status = statusWords[row.status]
  const isLarge = row.findings.includes('oversized')
  return (
    <>
      <span role="cell" className="cell-check">
        {can.revoke ? (
          <label className="flex size-control items-center justify-center">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              tabIndex={tabIndex}
              checked={isSelected}
              readOnly
              onClick={(event) => deeds.select(row, index, event.shiftKey)}
              aria-label={`Select ${sessionOf(row)}`}
            />
          </label>
        ) : null}
      </span>
      <span role="cell" className="cell-person">
        <Person row={row} tabIndex={tabIndex} deeds={deeds} />
      </span>
      <span role="cell" className="cell-source truncate text-muted" title={visibleString(row.source)}>
        <VisibleText text={row.source} />
      </span>
      <span role="cell" className="cell-format truncate text-muted">
        {row.format}
      </span>
      <span role="cell" className="cell-age text-muted">
        <TimeAgo at={row.createdAt} />
      </span>
      <span role="cell" className="cell-seen text-muted">
        <TimeAgo at={row.lastSeenAt} />
      </span>
      <span role="cell" className="cell-ttl">
        <Ttl expiresAt={row.expiresAt} status={row.status} tabIndex={tabIndex} />
      </span>
      <span role="cell" className="cell-size text-right">
        <Hint text={() => `${sayCount(row.sizeBytes)} bytes${isLarge ? ': large payloads slow Redis down' : ''}`}>
          <span className={isLarge ? 'text-expiring' : 'text-muted'}>
            {isLarge ? <TriangleAlert aria-label="large" className="mr-1 inline size-3 align-[-1px]" /> : null}
            {sayBytes(row.sizeBytes)}
          </span>
        </Hint>
      </span>
      <span
        role="cell"
        className="cell-device truncate text-muted"
        title={row.device ? visibleString(row.device) : undefined}
      >
        {row.device ? <VisibleText text={row.device} /> : <Nothing />}
      </span>
      <span
        role="cell"
        className="cell-ip truncate font-mono text-xs text-muted"
        title={row.ip ? visibleString(row.ip) : undefined}
      >
        {row.ip ? <VisibleText text={row.ip} /> : <Nothing />}
      </span>
      <span role="cell" className="cell-status">
        <span className="flex min-w-0 items-center gap-1.5">
          <Badge tone={status.tone}>{status.label}</Badge>
          <span className={`cell-more truncate text-xs ${isLarge ? 'text-expiring' : 'text-faint'}`}>
            {isLarge ? <TriangleAlert aria-label="large" className="mr-1 inline size-3 align-[-1px]" /> : null}
            {sayBytes(row.sizeBytes)}
          </span>
        </span>
      </span>
      <span role="cell" className="cell-deeds">
        <Link
          href={`/sessions/${row.handle}`}
          prefetch={false}
          tabIndex={tabIndex}
          className={`${buttonClass('quiet', true)} max-md:hidden`}
          aria-label={`Open ${sessionOf(row)}`}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            deeds.open(row)
          }}
        >
          <ExternalLink aria-hidden className="size-4" />
        </Link>
        {can.extend && row.expiresAt !== null ? (
          <ExtendButton
            row={row}
            isOpen={isExtending}
            onOpenChange={(isOpen) => deeds.setExtending(isOpen ? row.handle : null)}
          />
        ) : null}
        {can.revoke ? (
          <Button
            look="danger-quiet"
            isIcon
            tabIndex={tabIndex}
            aria-label={`Revoke ${sessionOf(row)}`}
            title="Revoke"
            onClick={() => deeds.revoke(row)}
          >
            <X aria-hidden className="size-4" />
          </Button>
        ) : null}
      </span>
    </>
  )
}

function openUnlessPressed(event: MouseEvent, row: SessionRow, deeds: RowDeeds): void {
  // A press on a control of the row is that control's; a selection of text is for copying. Menus live elsewhere in the document.
  const { target, currentTarget } = event
  if (!(target instanceof Element) || !currentTarget.contains(target)) return
  if (target.closest('button, a, input, label') || window.getSelection()?.isCollapsed === false) return
  if (event.metaKey || event.ctrlKey) openElsewhere(row)
  else deeds.open(row)
}

function openElsewhere(row: SessionRow): void {
  window.open(withBasePath(`/sessions/${row.handle}`), '_blank', 'noopener')
}
