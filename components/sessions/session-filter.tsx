'use client'

import { ArrowDownUp, X } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import { SourcePicker } from '@/components/shell/source-picker'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import { visibleString } from '@/components/ui/visible-text'
import { sayClock, sayCount } from '@/components/ui/words'
import { serverNow } from '@/lib/client/clock'
import { useResource } from '@/lib/client/resource'
import { rowFindings, sessionStatuses } from '@/lib/contract/session'
import { SourceList } from '@/lib/contract/source'
import { Choices, FilterButton } from './filter-choices'
import { SearchBox } from './search-box'
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
  { label: 'Any end', withinMs: undefined },
  { label: 'Within 5 min', withinMs: 5 * minute },
  { label: 'Within 1 h', withinMs: 60 * minute },
  { label: 'Within 24 h', withinMs: 24 * 60 * minute },
]

/** What narrows the table. The words and the person stay in memory; the rest stands in the address. */
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
  const { impersonal, personal, setPersonal, change, sortBy, clear, isFiltered } = view
  const { data } = useResource('/api/sources', SourceList, { everyMs: 10_000 })
  const sources = data?.sources ?? []
  const formats = new Map<string, number>()
  for (const source of sources) {
    for (const [format, count] of Object.entries(source.formats))
      formats.set(format, (formats.get(format) ?? 0) + count)
  }
  const size = sizes.find(({ minSizeBytes }) => minSizeBytes === impersonal.minSizeBytes)
  return (
    <div className="flex items-center gap-1.5 px-4 pb-2 max-md:flex-wrap md:px-6">
      <div className="flex items-center gap-1.5 max-md:w-full md:contents">
        <SearchBox q={personal.q} onChange={(q) => setPersonal({ ...personal, q })} searchRef={searchRef} />
        <div className="shrink-0 md:order-1">{deeds}</div>
      </div>
      <div className="-my-1 flex min-w-0 items-center gap-0.5 overflow-x-auto p-1 max-md:-mx-4 max-md:w-[calc(100%+32px)] max-md:px-4">
        {personal.principal === null ? null : (
          <Button
            look="quiet"
            className="bg-accent-soft text-accent"
            onClick={() => setPersonal({ ...personal, principal: null, person: null })}
            aria-label={`Stop filtering by ${personal.person}`}
          >
            <span className="max-w-48 truncate">{visibleString(personal.person ?? personal.principal)}</span>
            <X aria-hidden className="size-3.5" />
          </Button>
        )}
        {impersonal.person === undefined ? null : (
          <Button
            look="quiet"
            className="bg-accent-soft text-accent"
            onClick={() => change({ person: undefined })}
            aria-label="Stop filtering by this person"
          >
            {impersonal.person.length === 1 ? 'One person' : `${impersonal.person.length} people`}
            <X aria-hidden className="size-3.5" />
          </Button>
        )}
        <SourcePicker
          sources={sources}
          chosen={impersonal.source ?? []}
          onChange={(source) => change({ source: some(source) })}
        />
        <Choices
          name="Status"
          all={sessionStatuses.map((id) => ({ id, label: statusWords[id].label }))}
          chosen={impersonal.status ?? []}
          onChange={(status) => change({ status: some(status) })}
        />
        <Choices
          name="Format"
          all={[...formats].map(([id, count]) => ({ id, label: id, count }))}
          chosen={impersonal.format ?? []}
          onChange={(format) => change({ format: some(format) })}
        />
        <Choices
          name="Finding"
          all={rowFindings.map((id) => ({ id, label: findingWords[id] }))}
          chosen={impersonal.finding ?? []}
          onChange={(finding) => change({ finding: some(finding) })}
        />
        <Menu
          trigger={
            <FilterButton
              name="Size"
              chosen={
                impersonal.minSizeBytes === undefined
                  ? null
                  : (size?.label ?? `From ${sayCount(impersonal.minSizeBytes)} B`)
              }
            />
          }
        >
          {sizes.map(({ label, minSizeBytes }) => (
            <MenuItem key={label} onClick={() => change({ minSizeBytes, maxSizeBytes: undefined })}>
              {label}
            </MenuItem>
          ))}
        </Menu>
        <Menu
          trigger={
            <FilterButton
              name="Ends"
              chosen={
                impersonal.expiresBefore === undefined
                  ? null
                  : `before ${sayClock(impersonal.expiresBefore).slice(0, 5)}`
              }
            />
          }
        >
          {ends.map(({ label, withinMs }) => (
            <MenuItem
              key={label}
              onClick={() =>
                change({
                  expiresBefore:
                    withinMs === undefined ? undefined : Math.ceil((serverNow() + withinMs) / minute) * minute,
                  expiresAfter: undefined,
                })
              }
            >
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
            {columns.map(({ label, sort }) => (
              <MenuItem key={sort} onClick={() => sortBy(sort)}>
                <span className="flex-1">{label}</span>
                {impersonal.sort === sort ? (impersonal.order === 'asc' ? '↑' : '↓') : null}
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
      <div className="contents md:*:order-2">{children}</div>
    </div>
  )
}

function some<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list
}
