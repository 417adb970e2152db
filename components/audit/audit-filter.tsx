'use client'

import { ChevronDown, Download, Printer, X } from 'lucide-react'
import { type FormEvent, type ReactNode, useId } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import { Menu, MenuChoice, MenuItem } from '@/components/ui/menu'
import { visibleString } from '@/components/ui/visible-text'
import { sayTime } from '@/components/ui/words'
import { serverNow } from '@/lib/client/clock'
import { deeds } from '@/lib/contract/audit'
import type { AuditViewState } from './use-audit-view'
import { exportOf } from './view'
import { deedWords } from './words'

const hour = 60 * 60_000
const spans = [
  { label: 'Any time', ms: null },
  { label: 'The last hour', ms: hour },
  { label: 'The last 24 hours', ms: 24 * hour },
  { label: 'The last 7 days', ms: 7 * 24 * hour },
]

/** What narrows the audit. All of it stands in the address. */
export function AuditFilter({ view, admins }: { view: AuditViewState; admins: string[] }) {
  const { filter, change, clear, isFiltered } = view
  const { can } = useConsole()
  const chosen = filter.deed ?? []
  const [only] = chosen
  return (
    <search
      aria-label="Filter the audit"
      className="flex flex-wrap items-center gap-1.5 px-4 pb-2 md:px-6 print:hidden"
    >
      <HandleField key={filter.handle ?? ''} handle={filter.handle ?? ''} onChange={(handle) => change({ handle })} />
      <Menu
        trigger={trigger(
          'Deed',
          only === undefined ? null : chosen.length === 1 ? deedWords[only] : `${chosen.length} chosen`,
        )}
      >
        {deeds.map((deed) => (
          <MenuChoice
            key={deed}
            isChosen={chosen.includes(deed)}
            onChange={(isOn) => {
              const next = isOn ? [...chosen, deed] : chosen.filter((other) => other !== deed)
              change({ deed: next.length === 0 ? undefined : next })
            }}
          >
            {deedWords[deed]}
          </MenuChoice>
        ))}
      </Menu>
      <Menu trigger={trigger('Who', filter.admin === undefined ? null : visibleString(filter.admin))}>
        <MenuItem onClick={() => change({ admin: undefined })}>Anybody</MenuItem>
        {admins.map((admin) => (
          <MenuItem key={admin} onClick={() => change({ admin })}>
            {visibleString(admin)}
          </MenuItem>
        ))}
      </Menu>
      <Menu trigger={trigger('When', filter.since === undefined ? null : <Since at={filter.since} />)}>
        {spans.map(({ label, ms }) => (
          <MenuItem key={label} onClick={() => change({ since: ms === null ? undefined : serverNow() - ms })}>
            {label}
          </MenuItem>
        ))}
      </Menu>
      {isFiltered ? (
        <Button look="quiet" onClick={clear}>
          <X aria-hidden className="size-3.5" /> Clear
        </Button>
      ) : null}
      {can.export ? (
        <Menu
          align="end"
          trigger={
            <Button look="quiet" className="md:ml-auto">
              <Download aria-hidden className="size-3.5" /> Export
            </Button>
          }
        >
          {(['csv', 'json'] as const).map((format) => (
            <MenuItem key={format} render={<a href={exportOf(filter, format)} download />}>
              {isFiltered ? 'What matches' : 'Everything'} as {format.toUpperCase()}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
      <Button look="quiet" className={`max-md:hidden ${can.export ? '' : 'ml-auto'}`} onClick={() => window.print()}>
        <Printer aria-hidden className="size-3.5" /> Print
      </Button>
    </search>
  )
}

function Since({ at }: { at: number }) {
  return <span suppressHydrationWarning>since {sayTime(at).slice(0, -3)}</span>
}

function trigger(name: string, chosen: ReactNode) {
  return (
    <Button
      look="quiet"
      className={chosen === null ? '' : 'bg-accent-soft text-accent hover:bg-accent-soft hover:text-accent'}
    >
      {chosen === null ? (
        name
      ) : (
        <span className="max-w-64 truncate">
          {name}: {chosen}
        </span>
      )}
      <ChevronDown aria-hidden className="size-3.5 opacity-60" />
    </Button>
  )
}

/** Takes a pasted handle; Enter applies it, and an empty field takes it away. */
function HandleField({ handle, onChange }: { handle: string; onChange: (handle: string | undefined) => void }) {
  const id = useId()
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget).get('handle')
    onChange(typeof given === 'string' && given.trim() !== '' ? given.trim() : undefined)
  }
  return (
    <form onSubmit={apply} className="w-full md:w-72">
      <label htmlFor={id} className="sr-only">
        Handle of a session
      </label>
      <input
        id={id}
        name="handle"
        type="search"
        defaultValue={handle}
        maxLength={16_384}
        placeholder="A session’s handle, then Enter"
        autoComplete="off"
        spellCheck={false}
        className={`${inputClass} ${handle === '' ? '' : 'font-mono'}`}
      />
    </form>
  )
}
