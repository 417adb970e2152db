'use client'

import { ChevronDown } from 'lucide-react'
import type { ComponentProps } from 'react'
import { Button } from '@/components/ui/button'
import { Menu, MenuChoice } from '@/components/ui/menu'
import { sayCount } from '@/components/ui/words'

type ChoicesProps<Id extends string> = {
  name: string
  all: { id: Id; label: string; count?: number }[]
  chosen: readonly Id[]
  onChange: (chosen: Id[]) => void
}

/** One part of the filter: several of these, or all. */
export function Choices<Id extends string>({ name, all, chosen, onChange }: ChoicesProps<Id>) {
  return (
    <Menu trigger={<FilterButton name={name} isChosen={chosen.length > 0} />}>
      {all.length === 0 ? <p className="px-2 py-1.5 text-sm text-muted">None yet</p> : null}
      {all.map(({ id, label, count }) => (
        <MenuChoice
          key={id}
          isChosen={chosen.includes(id)}
          onChange={(isOn) => onChange(isOn ? [...chosen, id] : chosen.filter((other) => other !== id))}
        >
          <span className="truncate">{label}</span>
          {count === undefined ? null : <span className="text-xs text-faint">{sayCount(count)}</span>}
        </MenuChoice>
      ))}
    </Menu>
  )
}

/** Names a part of the filter. What was chosen in it stands in the search; here only that something was. */
export function FilterButton({
  name,
  isChosen,
  ...rest
}: { name: string; isChosen: boolean } & ComponentProps<'button'>) {
  return (
    <Button
      look="quiet"
      {...rest}
      className={isChosen ? 'bg-accent-soft text-accent hover:bg-accent-soft hover:text-accent' : ''}
    >
      {name}
      <ChevronDown aria-hidden className="size-3.5 opacity-60" />
    </Button>
  )
}
