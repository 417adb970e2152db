'use client'

import { useId, useState } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { Field, inputClass } from '@/components/ui/field'
import { LazyDialog } from '@/components/ui/lazy-dialog'
import { Moment } from '@/components/ui/moment'
import { VisibleText } from '@/components/ui/visible-text'
import { useAction } from '@/lib/client/action'
import { refresh } from '@/lib/client/resource'
import { type Finding, Snooze } from '@/lib/contract/finding'

const dayMs = 24 * 60 * 60_000
const spans = [
  { label: '1 day', forMs: dayMs },
  { label: '7 days', forMs: 7 * dayMs },
  { label: '30 days', forMs: 30 * dayMs },
  { label: '1 year', forMs: 365 * dayMs },
]

/** Puts a finding off, with a reason that goes into the audit; nothing for whoever may not. */
export function SnoozeButton({ finding: { id, title } }: { finding: Finding }) {
  const { can } = useConsole()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [forMs, setForMs] = useState(7 * dayMs)
  const spanId = useId()
  const formId = useId()
  const { run, isRunning, problem } = useAction('POST', `/api/findings/${encodeURIComponent(id)}/snooze`, Snooze)
  if (!can.snooze) return null
  const isShort = reason.trim().length < 3
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        Put off…
      </Button>
      <LazyDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Put off “${title}”`}
        description="It moves to the end of this page for all admins, and comes back by itself. It is counted all the same."
        footer={
          <>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="primary" type="submit" form={formId} disabled={isShort || isRunning}>
              Put off
            </Button>
          </>
        }
      >
        <form
          id={formId}
          className="flex flex-col gap-4"
          onSubmit={async (event) => {
            event.preventDefault()
            if (isShort || (await run({ reason: reason.trim(), forMs })) === null) return
            setOpen(false)
            refresh('/api/findings')
          }}
        >
          <Field
            label="Why"
            value={reason}
            maxLength={500}
            autoComplete="off"
            onChange={(event) => setReason(event.target.value)}
            hint="It stands in the audit, and here."
            problem={problem === null ? null : problem.detail}
          />
          <div className="flex flex-col gap-1.5">
            <label htmlFor={spanId} className="text-sm font-medium">
              For
            </label>
            <select
              id={spanId}
              className={inputClass}
              value={forMs}
              onChange={(event) => setForMs(Number(event.target.value))}
            >
              {spans.map((span) => (
                <option key={span.forMs} value={span.forMs}>
                  {span.label}
                </option>
              ))}
            </select>
          </div>
        </form>
      </LazyDialog>
    </>
  )
}

/** Who put it off, why and until when, and the way back. */
export function SnoozeNote({ finding: { id, snooze } }: { finding: Finding }) {
  const { can } = useConsole()
  const { run, isRunning, problem } = useAction('DELETE', `/api/findings/${encodeURIComponent(id)}/snooze`, Snooze)
  if (snooze === null) return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md bg-sunken px-3 py-2 text-sm text-muted">
      <p className="min-w-0 flex-1 wrap-anywhere">
        Put off by <VisibleText text={snooze.admin} /> until <Moment at={snooze.untilAt} />:{' '}
        <VisibleText text={snooze.reason} />
        {problem === null ? null : <span className="block text-danger">{problem.detail}</span>}
      </p>
      {can.snooze ? (
        <Button
          look="quiet"
          disabled={isRunning}
          onClick={async () => {
            await run(undefined)
            refresh('/api/findings')
          }}
        >
          Tell it again
        </Button>
      ) : null}
    </div>
  )
}
