'use client'

import { Clock4 } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Menu, MenuItem, MenuLine } from '@/components/ui/menu'
import { serverNow } from '@/lib/client/clock'
import type { SessionRow } from '@/lib/contract/session'
import { extendSession } from './deeds'
import { sessionOf } from './words'

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

function UntilDialog({ row, onClose }: { row: SessionRow; onClose: () => void }) {
  const [text, setText] = useState(() => toLocalInput((row.expiresAt ?? serverNow()) + 60 * minute))
  const [isSending, setSending] = useState(false)
  const untilAt = new Date(text).getTime()
  const problem = Number.isNaN(untilAt)
    ? 'Choose a day and a time.'
    : row.expiresAt !== null && untilAt <= row.expiresAt
      ? 'That is not later than it ends now. Extending never shortens.'
      : null
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Extend ${sessionOf(row)} until`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="extend-until" disabled={problem !== null || isSending}>
            Extend
          </Button>
        </>
      }
    >
      <form
        id="extend-until"
        onSubmit={async (event) => {
          event.preventDefault()
          if (problem !== null) return
          setSending(true)
          await extendSession(row, { untilAt })
          onClose()
        }}
      >
        <Field
          label="New end, your time"
          type="datetime-local"
          step={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          problem={problem}
          hint={`${new Date(untilAt || 0).toISOString().replace('T', ' ').slice(0, 19)} UTC`}
        />
      </form>
    </Dialog>
  )
}

/** The value of a datetime-local input, in the time of whoever looks. */
function toLocalInput(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * minute)
  return Number.isNaN(local.getTime()) ? '' : local.toISOString().slice(0, 19)
}
