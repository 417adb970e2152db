// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform and drawn as a grid, which a table's own elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the same
'use client'

import { ArrowDown, ArrowUp } from 'lucide-react'
import type { RefObject } from 'react'
import type { PersonSortField } from '@/lib/contract/person'
import { cellClass, gridClass, type PersonDeeds, PersonLine } from './person-row'
import type { ShownPerson } from './use-people'
import type { PeopleView } from './view'
import { columns } from './words'

type PeopleTableProps = {
  shown: ShownPerson[]
  start: number
  total: number
  view: PeopleView
  sortBy: (field: PersonSortField) => void
  currentPerson: string | null
  deeds: PersonDeeds
  bodyRef: RefObject<HTMLDivElement | null>
  isDimmed: boolean
}

/** The table: a header that stays, and only the rows that are near the eye. */
export function PeopleTable(props: PeopleTableProps) {
  const { shown, start, total, currentPerson, deeds } = props
  const hasCurrent = shown.some(({ row }) => row.person === currentPerson)
  const tabStop = hasCurrent ? currentPerson : shown[0]?.row.person
  return (
    <div role="table" aria-label="People" aria-rowcount={total + 1}>
      <Header view={props.view} sortBy={props.sortBy} />
      <div
        role="rowgroup"
        ref={props.bodyRef}
        className={`relative ${props.isDimmed ? 'grayscale' : ''}`}
        style={{ height: `calc(var(--row-height) * ${total})` }}
      >
        {shown.map(({ row, isGone }, index) => (
          <PersonLine
            key={row.person}
            row={row}
            index={start + index}
            isGone={isGone}
            isCurrent={row.person === currentPerson}
            isTabStop={row.person === tabStop}
            deeds={deeds}
          />
        ))}
      </div>
    </div>
  )
}

function Header({ view: { sort, order }, sortBy }: Pick<PeopleTableProps, 'view' | 'sortBy'>) {
  const Arrow = order === 'asc' ? ArrowUp : ArrowDown
  return (
    <div role="rowgroup" className="sticky top-(--bar-height) z-10 border-b bg-surface max-md:hidden">
      <div role="row" aria-rowindex={1} className={`${gridClass} h-8 text-xs text-faint`}>
        {columns.map((column) => (
          <span
            key={column.sort}
            role="columnheader"
            aria-sort={column.sort === sort ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}
            className={cellClass[column.sort]}
          >
            <button
              type="button"
              onClick={() => sortBy(column.sort)}
              className={`inline-flex h-8 items-center gap-1 rounded-sm font-medium hover:text-ink ${column.sort === sort ? 'text-ink' : ''}`}
            >
              {column.label}
              {column.sort === sort ? <Arrow aria-hidden className="size-3" /> : null}
            </button>
          </span>
        ))}
        <span role="columnheader" className="relative">
          <span className="sr-only">Deeds</span>
        </span>
      </div>
    </div>
  )
}
