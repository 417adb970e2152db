'use client'

import { useId, useState } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { Field, inputClass } from '@/components/ui/field'
import { LazyDialog } from '@/components/ui/lazy-dialog'
import { Moment } from '@/components/ui/moment'
import { VisibleText } from '@/components/ui/visible-text'
import { useAction } from '@/lib/client/action'
import { serverNow } from '@/lib/client/clock'
import { refresh } from '@/lib/client/resource'
import { type Finding, mostSnoozeMs, Snooze, type SnoozeInput } from '@/lib/contract/finding'

const dayMs = 24 * 60 * 60_000
/** The choice of a day of one's own. */
const onDate = 0
const spans = [
  { label: '1 day', forMs: dayMs },
  { label: '7 days', forMs: 7 * dayMs },
  { label: '30 days', forMs: 30 * dayMs },
  { label: '1 year', forMs: 365 * dayMs },
  { label: 'until a date…', forMs: onDate },
]

/** Puts a finding off, with a reason that goes into the audit; nothing for whoever may not. */
export function SnoozeButton({ finding: { id, title } }: { finding: Finding }) {
  const { can } = useConsole()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const [forMs, setForMs] = useState(7 * dayMs)
  const [day, setDay] = useState('')
  const spanId = useId()
  const formId = useId()
  const { run, isRunning, problem } = useAction('POST', `/api/findings/${encodeURIComponent(id)}/snooze`, Snooze)
  if (!can.snooze) return null
  const isShort = reason.trim().length < 3
  // In the time of whoever looks: it comes back as that day begins.
  const untilAt = forMs === onDate ? new Date(`${day}T00:00`).getTime() : null
  const isOpenEnded = untilAt !== null && (Number.isNaN(untilAt) || untilAt <= serverNow())
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
            <Button look="primary" type="submit" form={formId} disabled={isShort || isOpenEnded || isRunning}>
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
            if (isShort || isOpenEnded) return
            const input: SnoozeInput = { reason: reason.trim(), ...(untilAt === null ? { forMs } : { untilAt }) }
            if ((await run(input)) === null) return
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
          {untilAt === null ? null : (
            <Field
              label="Comes back on"
              type="date"
              value={day}
              min={dayOf(serverNow() + dayMs)}
              max={dayOf(serverNow() + mostSnoozeMs)}
              onChange={(event) => setDay(event.target.value)}
              hint="At the beginning of that day, your time."
            />
          )}
        </form>
      </LazyDialog>
    </>
  )
}

/** The value of a date input, in the time of whoever looks. */
function dayOf(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 10)
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
