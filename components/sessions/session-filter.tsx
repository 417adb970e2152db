'use client'

import { ArrowDownUp } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import { SearchBox } from '@/components/search/search-box'
import { ViewsMenu } from '@/components/search/views-menu'
import { SourcePicker } from '@/components/shell/source-picker'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import { useResource } from '@/lib/client/resource'
import { rowFindings, sessionStatuses } from '@/lib/contract/session'
import { SourceList } from '@/lib/contract/source'
import { Choices, FilterButton } from './filter-choices'
import { columns } from './session-table'
import type { View } from './use-view'
import { findingWords, statusWords } from './words'

const minute = 60_000
const sizes = [
  { label: 'Any size', minSizeBytes: undefined },
  { label: 'Over 4 KB', minSizeBytes: 4097 },
  { label: 'Over 64 KB', minSizeBytes: 65_537 },
]
const ends = [
  { label: 'Any end', maxTtlMs: undefined },
  { label: 'Within 5 min', maxTtlMs: 5 * minute },
  { label: 'Within 1 h', maxTtlMs: 60 * minute },
  { label: 'Within 24 h', maxTtlMs: 24 * 60 * minute },
]

/** What narrows the table: one search, and choices that put their terms into it. */
export function SessionFilter({
  view,
  searchRef,
  deeds,
  children,
}: {
  view: View
  searchRef: RefObject<HTMLInputElement | null>
  /** What can be done with all that is left: beside the search on phones, after the choices elsewhere. */
  deeds: ReactNode
  /** Stands at the end of the line. */
  children: ReactNode
}) {
  const { filter, setFilter, sort, order, called, change, sortBy, clear, isFiltered } = view
  const { data } = useResource('/api/sources', SourceList, { everyMs: 10_000 })
  const sources = data?.sources ?? []
  const formats = new Map<string, number>()
  for (const source of sources) {
    for (const [format, count] of Object.entries(source.formats))
      formats.set(format, (formats.get(format) ?? 0) + count)
  }
  return (
    <div className="flex items-center gap-1.5 px-4 pb-2 max-xl:flex-wrap md:px-6">
      <div className="flex min-w-0 items-start gap-1.5 max-xl:w-full xl:contents">
        <SearchBox
          list="sessions"
          filter={filter}
          setFilter={setFilter}
          inputRef={searchRef}
          placeholder="Person, address, session id, or status:expiring"
          label="Search sessions"
          called={called}
        />
        <div className="flex shrink-0 items-center xl:order-1">
          <ViewsMenu search={view} />
          {deeds}
        </div>
      </div>
      <div className="-my-1 flex min-w-0 items-center gap-0.5 overflow-x-auto p-1 max-md:-mx-4 max-md:w-[calc(100%+32px)] max-md:px-4">
        <SourcePicker
          sources={sources}
          chosen={filter.source ?? []}
          onChange={(source) => change({ source: some(source) })}
        />
        <Choices
          name="Status"
          all={sessionStatuses.map((id) => ({ id, label: statusWords[id].label }))}
          chosen={filter.status ?? []}
          onChange={(status) => change({ status: some(status) })}
        />
        <Choices
          name="Format"
          all={[...formats].map(([id, count]) => ({ id, label: id, count }))}
          chosen={filter.format ?? []}
          onChange={(format) => change({ format: some(format) })}
        />
        <Choices
          name="Finding"
          all={rowFindings.map((id) => ({ id, label: findingWords[id] }))}
          chosen={filter.finding ?? []}
          onChange={(finding) => change({ finding: some(finding) })}
        />
        <Menu trigger={<FilterButton name="Size" isChosen={filter.minSizeBytes !== undefined} />}>
          {sizes.map(({ label, minSizeBytes }) => (
            <MenuItem key={label} onClick={() => change({ minSizeBytes, maxSizeBytes: undefined })}>
              {label}
            </MenuItem>
          ))}
        </Menu>
        <Menu trigger={<FilterButton name="Ends" isChosen={filter.maxTtlMs !== undefined} />}>
          {ends.map(({ label, maxTtlMs }) => (
            <MenuItem key={label} onClick={() => change({ maxTtlMs, minTtlMs: undefined })}>
              {label}
            </MenuItem>
          ))}
        </Menu>
        <span className="md:hidden">
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
        {isFiltered ? (
          <Button look="quiet" onClick={clear}>
            Clear
          </Button>
        ) : null}
      </div>
      <div className="contents xl:*:order-2">{children}</div>
    </div>
  )
}

function some<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list
}
