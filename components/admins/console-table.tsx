'use client'

import { useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { roleLabels } from '@/components/ui/role-labels'
import { cellClass, headClass } from '@/components/ui/table'
import { TimeAgo } from '@/components/ui/time-ago'
import { TimeLeft } from '@/components/ui/time-left'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import type { ConsoleSessionRow } from '@/lib/contract/console-session'
import { endConsoleSession } from './end-console-session'

/** Columns that a narrow screen has no room for; their words then stand under the name. */
const wide = 'max-xl:hidden'
const middle = 'max-md:hidden'

/** One row for each sign-in. */
export function ConsoleTable({ rows, isDimmed }: { rows: ConsoleSessionRow[]; isDimmed: boolean }) {
  return (
    <table
      aria-label="Console sessions"
      className={`w-full border-separate border-spacing-0 text-sm ${isDimmed ? 'grayscale' : ''}`}
    >
      <thead>
        <tr>
          <th scope="col" className={headClass}>
            Who
          </th>
          <th scope="col" className={`${headClass} ${wide}`}>
            Since
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Last seen
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Ends if idle
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Device
          </th>
          <th scope="col" className={`${headClass} ${wide}`}>
            Address
          </th>
          <th scope="col" className={headClass}>
            <span className="sr-only">Deeds</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.handle} row={row} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ row }: { row: ConsoleSessionRow }) {
  const [isEnding, setEnding] = useState(false)
  const end = async () => {
    setEnding(true)
    await endConsoleSession(row)
    setEnding(false)
  }
  return (
    <tr className="hover:bg-sunken">
      <td className={`${cellClass} min-w-0`}>
        <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <span className="font-medium wrap-anywhere">
            <VisibleText text={row.username} />
          </span>
          <span className="text-muted">{roleLabels[row.role]}</span>
          {row.isYou ? <Badge tone="accent">This one is you</Badge> : null}
        </span>
        <span className="block text-xs text-muted md:hidden">
          Seen <TimeAgo at={row.lastSeenAt} /> ago · ends in <TimeLeft at={row.idleExpiresAt} />
        </span>
        <span className="block text-xs text-muted md:hidden">{row.device ?? 'Device not known'}</span>
        <span className="block text-xs text-muted xl:hidden">
          Since <TimeAgo at={row.createdAt} />
          {row.ip === null ? null : <span className="font-mono"> · {row.ip}</span>}
        </span>
      </td>
      <td className={`${cellClass} ${wide} whitespace-nowrap`}>
        <TimeAgo at={row.createdAt} />
      </td>
      <td className={`${cellClass} ${middle} whitespace-nowrap`}>
        <TimeAgo at={row.lastSeenAt} /> ago
      </td>
      <td className={`${cellClass} ${middle} whitespace-nowrap`}>
        In <TimeLeft at={row.idleExpiresAt} />
      </td>
      <td className={`${cellClass} ${middle}`}>{row.device ?? <span className="text-faint">Not known</span>}</td>
      <td className={`${cellClass} ${wide} font-mono text-xs leading-5`}>
        {row.ip ?? <span className="font-sans text-sm text-faint">–</span>}
      </td>
      <td className={`${cellClass} h-13 w-px text-right`}>
        {row.isYou ? null : (
          <Button
            look="danger-quiet"
            disabled={isEnding}
            onClick={() => void end()}
            aria-label={`End the session of ${visibleString(row.username)}`}
          >
            End session
          </Button>
        )}
      </td>
    </tr>
  )
}
