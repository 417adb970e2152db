'use client'

import { ChevronDown, Download, Printer, X } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'
import { Menu, MenuChoice, MenuItem } from '@/components/ui/menu'
import { visibleString } from '@/components/ui/visible-text'
import { sayTime } from '@/components/ui/words'
import { serverNow } from '@/lib/client/clock'
import { deeds } from '@/lib/contract/audit'
import { exportAudit } from './export-audit'
import type { AuditViewState } from './use-audit-view'
import { deedWords } from './words'

const hour = 60 * 60_000
const spans = [
  { label: 'Any time', ms: null },
  { label: 'The last hour', ms: hour },
  { label: 'The last 24 hours', ms: 24 * hour },
  { label: 'The last 7 days', ms: 7 * 24 * hour },
]

/** What narrows the audit. All but the words stands in the address. */
export function AuditFilter({ view, admins }: { view: AuditViewState; admins: string[] }) {
  const { filter, q, search, change, clear, isFiltered } = view
  const { can } = useConsole()
  const chosen = filter.deed ?? []
  const [only] = chosen
  return (
    <search
      aria-label="Filter the audit"
      className="flex flex-wrap items-center gap-1.5 px-4 pb-2 md:px-6 print:hidden"
    >
      <SearchField q={q} onChange={search} />
      {filter.handle === undefined ? null : (
        <HandleChip handle={filter.handle} onRemove={() => change({ handle: undefined })} />
      )}
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
            <MenuItem key={format} onClick={() => void exportAudit(filter, format)}>
              {!isFiltered ? 'Everything' : q === '' ? 'What matches' : 'What matches but the words'} as{' '}
              {format.toUpperCase()}
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

/** Words to look for; Enter searches, and an empty field takes them away. They stand in no address. */
function SearchField({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const shown = useRef(q)
  // What was cleared beside the field leaves it too; what was typed before the page listened stays.
  useEffect(() => {
    if (shown.current === q || input.current === null) return
    shown.current = q
    if (input.current.value.trim() !== q) input.current.value = q
  }, [q])
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget).get('q')
    onChange(typeof given === 'string' ? given.trim() : '')
  }
  return (
    // As a dialog's: before the page listens Enter does nothing, where it would write the words into the address.
    <form method="dialog" onSubmit={apply} className="w-full md:w-80">
      <label htmlFor={id} className="sr-only">
        Search the audit
      </label>
      <input
        ref={input}
        id={id}
        name="q"
        type="search"
        defaultValue={q}
        maxLength={4096}
        placeholder="Who, whom, why, from where; then Enter"
        autoComplete="off"
        spellCheck={false}
        className={inputClass}
        onChange={(event) => (event.target.value === '' && q !== '' ? onChange('') : undefined)}
      />
    </form>
  )
}

/** One session only, as a link from its page asks. */
function HandleChip({ handle, onRemove }: { handle: string; onRemove: () => void }) {
  return (
    <Button
      look="quiet"
      className="max-w-72 bg-accent-soft text-accent"
      aria-label="One session only: show all"
      onClick={onRemove}
    >
      <span className="truncate">
        Session: <span className="font-mono">{handle}</span>
      </span>
      <X aria-hidden className="size-3.5 shrink-0" />
    </Button>
  )
}
