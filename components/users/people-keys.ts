'use client'

import { useKeys } from '@/components/shell/keys'
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
}

/** The page's single keys. */
export function usePeopleKeys(keys: PeopleKeys): void {
  useKeys(
    [
      { keys: ['/'], means: 'Search, as in user:alice device:iphone' },
      { keys: ['j', 'k'], means: 'Next and previous person' },
      { keys: ['Enter'], means: 'Show their sessions' },
      ...(keys.canRevoke ? [{ keys: ['r'], means: 'Log them out everywhere' }] : []),
    ],
    (event) => press(event, keys),
  )
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
