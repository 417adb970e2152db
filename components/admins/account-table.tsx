'use client'

import { Ellipsis } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem, MenuLine } from '@/components/ui/menu'
import { roleLabels } from '@/components/ui/role-labels'
import { cellClass, headClass } from '@/components/ui/table'
import { TimeAgo } from '@/components/ui/time-ago'
import { Hint } from '@/components/ui/tooltip'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import type { AdminRow } from '@/lib/contract/admin'
import type { AdminDeed } from './change-dialogs'
import { stateOf } from './words'

const wide = 'max-lg:hidden'
const middle = 'max-md:hidden'

type AccountTableProps = { rows: AdminRow[]; isDimmed: boolean; onDeed: (row: AdminRow, deed: AdminDeed) => void }

/** Who may sign in. */
export function AccountTable({ rows, isDimmed, onDeed }: AccountTableProps) {
  return (
    <table
      aria-label="Admins"
      className={`w-full border-separate border-spacing-0 text-sm ${isDimmed ? 'grayscale' : ''}`}
    >
      <thead>
        <tr>
          <th scope="col" className={headClass}>
            Name
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Role
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Signs in by
          </th>
          <th scope="col" className={`${headClass} ${wide}`}>
            Created
          </th>
          <th scope="col" className={headClass}>
            <span className="sr-only">Deeds</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.admin} row={row} onDeed={onDeed} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ row, onDeed }: { row: AdminRow; onDeed: AccountTableProps['onDeed'] }) {
  const { label, tone, hint } = stateOf(row)
  const state = (
    <Hint text={() => hint}>
      <button type="button" className="rounded-full">
        <Badge tone={tone}>{label}</Badge>
      </button>
    </Hint>
  )
  return (
    <tr className="hover:bg-sunken">
      <td className={`${cellClass} h-13 min-w-0`}>
        <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <span className={`font-medium wrap-anywhere ${row.isDisabled ? 'text-muted' : ''}`}>
            <VisibleText text={row.name} />
          </span>
          {row.isYou ? <Badge tone="accent">You</Badge> : null}
          <span className="md:hidden">{state}</span>
        </span>
        <span className="block text-xs text-muted md:hidden">{roleLabels[row.role]}</span>
        <span className="block text-xs text-muted lg:hidden">
          <Origin row={row} />
        </span>
      </td>
      <td className={`${cellClass} ${middle}`}>{roleLabels[row.role]}</td>
      <td className={`${cellClass} ${middle}`}>{state}</td>
      <td className={`${cellClass} ${wide} max-w-64 text-muted`}>
        <Origin row={row} />
      </td>
      <td className={`${cellClass} w-px text-right`}>
        <Deeds row={row} onDeed={onDeed} />
      </td>
    </tr>
  )
}

function Origin({ row: { createdAt, createdBy } }: { row: AdminRow }) {
  if (createdAt === null) return <>From the settings</>
  return (
    <>
      By <VisibleText text={createdBy ?? ''} />, <TimeAgo at={createdAt} /> ago
    </>
  )
}

/** Nothing for oneself, and for those of the settings only what stands here: their second factor. */
function Deeds({ row, onDeed }: { row: AdminRow; onDeed: AccountTableProps['onDeed'] }) {
  const isHere = row.origin === 'here'
  if (row.isYou || (!isHere && !row.hasFactor)) return null
  return (
    <Menu
      align="end"
      trigger={
        <Button look="quiet" isIcon aria-label={`Change ${visibleString(row.name)}`}>
          <Ellipsis aria-hidden className="size-4" />
        </Button>
      }
    >
      {isHere ? (
        <>
          <MenuItem onClick={() => onDeed(row, 'role')}>Change role…</MenuItem>
          <MenuItem onClick={() => onDeed(row, 'password')}>Set a new password…</MenuItem>
        </>
      ) : null}
      {row.hasFactor ? <MenuItem onClick={() => onDeed(row, 'factor')}>Reset second factor…</MenuItem> : null}
      {isHere ? (
        <>
          <MenuLine />
          <MenuItem onClick={() => onDeed(row, row.isDisabled ? 'enable' : 'disable')}>
            {row.isDisabled ? 'Enable…' : 'Disable…'}
          </MenuItem>
          <MenuItem className="text-danger" onClick={() => onDeed(row, 'remove')}>
            Remove…
          </MenuItem>
        </>
      ) : null}
    </Menu>
  )
}
