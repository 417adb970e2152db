'use client'

import { Clock4 } from 'lucide-react'
import dynamic from 'next/dynamic'
import { type ReactElement, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem, MenuLine } from '@/components/ui/menu'
import type { SessionRow } from '@/lib/contract/session'
import { extendSession } from './deeds'
import { sessionOf } from './words'

const UntilDialog = dynamic(() => import('./until-dialog').then((part) => part.UntilDialog), { ssr: false })

const minute = 60_000
const choices = [
  { label: '15 min', byMs: 15 * minute },
  { label: '1 h', byMs: 60 * minute },
  { label: '8 h', byMs: 8 * 60 * minute },
]

type ExtendButtonProps = {
  row: SessionRow
  trigger?: ReactElement
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
}

/** A small menu: longer by a few sensible times, or until a moment. A session without expiry has nothing to extend. */
export function ExtendButton({ row, trigger, isOpen, onOpenChange }: ExtendButtonProps) {
  const [isAsking, setAsking] = useState(false)
  const open = isOpen === undefined ? {} : { isOpen }
  return (
    <>
      <Menu
        align="end"
        {...open}
        {...(onOpenChange ? { onOpenChange } : {})}
        trigger={
          trigger ?? (
            <Button look="quiet" isIcon aria-label={`Extend ${sessionOf(row)}`} title="Extend">
              <Clock4 aria-hidden className="size-4" />
            </Button>
          )
        }
      >
        {row.expiresAt === null ? (
          <p className="max-w-56 px-2 py-1.5 text-sm text-muted">It never expires, so there is nothing to extend.</p>
        ) : (
          <>
            <p className="px-2 pt-1 pb-1.5 text-xs text-faint">Extend by</p>
            {choices.map(({ label, byMs }) => (
              <MenuItem key={label} onClick={() => void extendSession(row, { byMs })}>
                {label}
              </MenuItem>
            ))}
            <MenuLine />
            <MenuItem onClick={() => setAsking(true)}>Until…</MenuItem>
          </>
        )}
      </Menu>
      {isAsking ? <UntilDialog row={row} onClose={() => setAsking(false)} /> : null}
    </>
  )
}
