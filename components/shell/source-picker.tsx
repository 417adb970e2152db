'use client'

import { ChevronDown } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Button } from '@/components/ui/button'
import { Menu, MenuChoice, MenuItem, MenuLine } from '@/components/ui/menu'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import { sayCount } from '@/components/ui/words'
import type { SourceAnswer, SourceState } from '@/lib/contract/source'
import { stateLooks } from './source-state'

/** Worst first: the button bears the state of the worst source that is shown. */
const byWorst: SourceState[] = ['unavailable', 'stale', 'warming', 'live']

type SourcePickerProps = {
  sources: readonly SourceAnswer[]
  /** None: all of them. */
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

/** Which sources a page shows, each with its state and how many sessions it holds. Not there where there is but one. */
export function SourcePicker({ sources, chosen, onChange }: SourcePickerProps) {
  const router = useRouter()
  if (sources.length < 2 && chosen.length === 0) return null
  const nameOf = (id: string) => visibleString(sources.find((source) => source.id === id)?.name ?? id)
  const [only] = chosen
  const label = only === undefined ? 'All sources' : chosen.length === 1 ? nameOf(only) : `${chosen.length} sources`
  const shown = chosen.length === 0 ? sources : sources.filter(({ id }) => chosen.includes(id))
  const worst = byWorst.find((state) => shown.some((source) => source.state === state)) ?? 'live'
  const known = sources.map(({ id }) => id)
  // What an address names and nobody knows can still be unpicked.
  const unknown = chosen.filter((id) => !known.includes(id))
  const toggle = (id: string, isOn: boolean) => onChange(isOn ? [...chosen, id] : chosen.filter((one) => one !== id))
  return (
    <Menu
      trigger={
        <Button
          look="quiet"
          aria-label={`Source: ${label}${stateLooks[worst].word === null ? '' : `, ${stateLooks[worst].word}`}`}
          className={only === undefined ? '' : 'bg-accent-soft text-accent hover:bg-accent-soft hover:text-accent'}
        >
          <span aria-hidden className={`size-2 shrink-0 ${stateLooks[worst].dot}`} />
          <span className="max-w-40 truncate">{label}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0 opacity-60" />
        </Button>
      }
    >
      <MenuItem closeOnClick={false} disabled={only === undefined} onClick={() => onChange([])}>
        All sources
      </MenuItem>
      <MenuLine />
      {sources.map(({ id, name, state, sessions }) => (
        <MenuChoice key={id} isChosen={chosen.includes(id)} onChange={(isOn) => toggle(id, isOn)}>
          <span className="flex min-w-0 items-center gap-2">
            <span aria-hidden className={`size-2 shrink-0 ${stateLooks[state].dot}`} />
            <span className="max-w-52 truncate" title={visibleString(name)}>
              <VisibleText text={name} />
            </span>
            {stateLooks[state].word === null ? null : (
              <span className="text-xs text-faint">{stateLooks[state].word}</span>
            )}
          </span>
          <span className="text-xs text-faint">{sayCount(sessions)}</span>
        </MenuChoice>
      ))}
      {unknown.map((id) => (
        <MenuChoice key={id} isChosen onChange={() => toggle(id, false)}>
          <span className="max-w-52 truncate text-faint">{visibleString(id)}</span>
          <span className="text-xs text-faint">not here</span>
        </MenuChoice>
      ))}
      <MenuLine />
      <MenuItem onClick={() => router.push('/sources')}>About the sources</MenuItem>
    </Menu>
  )
}
