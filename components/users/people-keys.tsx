'use client'

import { useEffect, useRef } from 'react'
import { useHasKeys } from '@/components/sessions/use-has-keys'
import { LazyDialog } from '@/components/ui/lazy-dialog'
import type { PersonDeeds } from './person-row'
import type { ShownPerson } from './use-people'

type PeopleKeys = {
  shown: ShownPerson[]
  start: number
  current: { person: string; index: number } | null
  goTo: (index: number) => void
  deeds: PersonDeeds
  canRevoke: boolean
  search: () => void
  help: () => void
}

/** The page's single keys. They rest while somebody types, while a dialog or a menu is open, and when they were switched off. */
export function usePeopleKeys(keys: PeopleKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  const [hasKeys] = useHasKeys()
  useEffect(() => {
    if (!hasKeys) return
    const listen = (event: KeyboardEvent) => {
      if (!isElsewhere(event) && press(event, latest.current)) event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [hasKeys])
}

/** Does what a key means; false when it means nothing here. */
function press(event: KeyboardEvent, keys: PeopleKeys): boolean {
  const { shown, start, current, deeds } = keys
  const place = shown.findIndex(({ row }) => row.person === current?.person)
  const entry = shown[place]
  const row = entry === undefined || entry.isGone ? null : entry.row
  // A row that left hands its place to the one that took it.
  const from = place >= 0 ? start + place : current === null ? start - 1 : current.index - 1
  switch (event.key) {
    case '/':
      keys.search()
      return true
    case '?':
      keys.help()
      return true
    case 'j':
    case 'ArrowDown':
      if (event.key === 'ArrowDown' && place < 0) return false
      keys.goTo(Math.min(start + shown.length - 1, from + 1))
      return true
    case 'k':
    case 'ArrowUp':
      if (event.key === 'ArrowUp' && place < 0) return false
      keys.goTo(Math.max(start, from - (place >= 0 ? 1 : 0)))
      return true
    case 'Enter':
      if (row === null || (event.target instanceof Element && event.target.closest('button, a, input'))) return false
      deeds.open(row)
      return true
    case 'r':
      if (row === null || !keys.canRevoke) return false
      deeds.logOut(row)
      return true
    default:
      return false
  }
}

function isElsewhere(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return true
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, [role="dialog"], [role="menu"]') !== null
}

const words = [
  { keys: ['/'], means: 'Search' },
  { keys: ['j', 'k'], means: 'Next and previous person' },
  { keys: ['Enter'], means: 'Show their sessions' },
  { keys: ['r'], means: 'Log them out everywhere', isDeed: true },
  { keys: ['?'], means: 'These keys' },
]

export function PeopleKeysDialog({
  isOpen,
  onClose,
  canRevoke,
}: {
  isOpen: boolean
  onClose: () => void
  canRevoke: boolean
}) {
  return (
    <LazyDialog isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} title="Keys">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-sm">
        {words
          .filter(({ isDeed }) => canRevoke || !isDeed)
          .map(({ keys, means }) => (
            <div key={means} className="contents">
              <dt className="flex gap-1">
                {keys.map((one) => (
                  <kbd
                    key={one}
                    className="min-w-6 rounded border border-line-strong px-1.5 text-center font-mono text-xs leading-5"
                  >
                    {one}
                  </kbd>
                ))}
              </dt>
              <dd>{means}</dd>
            </div>
          ))}
      </dl>
    </LazyDialog>
  )
}
