// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform and drawn as a grid, which a table's own elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the same
'use client'

import { ExternalLink, TriangleAlert, X } from 'lucide-react'
import Link from 'next/link'
import { useConsole } from '@/components/shell/console-context'
import { SourceName } from '@/components/shell/source-name'
import { Badge } from '@/components/ui/badge'
import { Button, buttonClass } from '@/components/ui/button'
import { TimeAgo } from '@/components/ui/time-ago'
import { Hint } from '@/components/ui/tooltip'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import { sayBytes, sayCount } from '@/components/ui/words'
import type { SessionRow } from '@/lib/contract/session'
import { ExtendButton } from './extend-button'
import { Nothing, Person } from './person-cell'
import type { RowDeeds } from './session-row'
import { Ttl } from './ttl'
import { sessionOf, statusWords } from './words'

type CellsProps = {
  row: SessionRow
  index: number
  isTabStop: boolean
  isSelected: boolean
  isExtending: boolean
  deeds: RowDeeds
}

/** What a row says and offers, cell by cell; the grid decides which of them there is room for. */
export function Cells({ row, index, isTabStop, isSelected, isExtending, deeds }: CellsProps) {
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
        <SourceName id={row.source} />
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
