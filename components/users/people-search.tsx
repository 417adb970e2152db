'use client'

import { ArrowDownUp } from 'lucide-react'
import type { RefObject } from 'react'
import { SearchBox } from '@/components/search/search-box'
import { ViewsMenu } from '@/components/search/views-menu'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import type { PeopleSearchState } from './use-people'
import { columns } from './words'

/** The search, the views that are kept of it, and the order where there is no header. */
export function PeopleSearch({
  search,
  inputRef,
}: {
  search: PeopleSearchState
  inputRef: RefObject<HTMLInputElement | null>
}) {
  const { filter, setFilter, sort, order, sortBy } = search
  return (
    <div className="flex items-center gap-1.5 px-4 pb-2 md:px-6">
      <div className="min-w-0 max-w-2xl flex-1">
        <SearchBox
          list="users"
          filter={filter}
          setFilter={setFilter}
          inputRef={inputRef}
          placeholder="Name, id, or device:iphone"
          label="Search people"
        />
      </div>
      <ViewsMenu search={search} />
      <span className="xl:hidden">
        <Menu
          align="end"
          trigger={
            <Button look="quiet">
              <ArrowDownUp aria-hidden className="size-3.5" /> Sort
            </Button>
          }
        >
          {columns.map(({ label, sort: field }) => (
            <MenuItem key={field} onClick={() => sortBy(field)}>
              <span className="flex-1">{label}</span>
              {field === sort ? (order === 'asc' ? '↑' : '↓') : null}
            </MenuItem>
          ))}
        </Menu>
      </span>
    </div>
  )
}
