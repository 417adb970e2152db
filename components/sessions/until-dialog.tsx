'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { serverNow } from '@/lib/client/clock'
import type { SessionRow } from '@/lib/contract/session'
import { extendSession } from './deeds'
import { sessionOf } from './words'

const minute = 60_000

/** Asks until when a session is to last. */
export function UntilDialog({ row, onClose }: { row: SessionRow; onClose: () => void }) {
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
