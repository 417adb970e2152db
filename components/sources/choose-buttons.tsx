'use client'

import { ChevronDown } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import { useAction } from '@/lib/client/action'
import { refresh } from '@/lib/client/resource'
import { SourceList } from '@/lib/contract/source'

type ChooseButtonsProps = { target: { database: number; prefix: string }; isWatched: boolean; list: SourceList }

/** What an admin may say of a prefix. It is kept for all, audited, and done at once. */
export function ChooseButtons({ target: { database, prefix }, isWatched, list }: ChooseButtonsProps) {
  const { run, isRunning, problem } = useAction('POST', '/api/sources', SourceList)
  const choose = async (choice: 'include' | 'exclude', format: string | null) => {
    await run({ database, prefix, choice, format })
    refresh('/api/sources')
  }
  if (prefix === '') return null
  return (
    <div className="mt-auto flex flex-wrap items-center gap-1.5 pt-1">
      {isWatched ? null : (
        <Button disabled={isRunning} onClick={() => void choose('include', null)} aria-label={`Watch ${prefix}`}>
          Watch
        </Button>
      )}
      <Menu
        trigger={
          <Button
            look="quiet"
            disabled={isRunning}
            aria-label={`${isWatched ? 'Read' : 'Watch'} ${prefix} as a format`}
          >
            {isWatched ? 'Read as' : 'Watch as'} <ChevronDown aria-hidden className="size-3.5 opacity-60" />
          </Button>
        }
      >
        <MenuItem onClick={() => void choose('include', null)}>Whatever each key has</MenuItem>
        {list.formats.map(({ id, label }) => (
          <MenuItem key={id} onClick={() => void choose('include', id)}>
            {label}
          </MenuItem>
        ))}
      </Menu>
      {isWatched ? (
        <Button
          look="quiet"
          disabled={isRunning}
          onClick={() => void choose('exclude', null)}
          aria-label={`Leave ${prefix} alone`}
        >
          Leave alone
        </Button>
      ) : null}
      {problem === null ? null : (
        <span role="alert" className="text-sm text-danger">
          {problem.detail}
        </span>
      )}
    </div>
  )
}
