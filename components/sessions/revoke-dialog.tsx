'use client'

import { useId, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { inputClass } from '@/components/ui/field'
import { visibleString } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import { refresh } from '@/lib/client/resource'
import type { Outcome, SessionRow } from '@/lib/contract/session'
import { revokeQuietly } from './deeds'
import { personOf } from './words'

const atOnce = 6
/** Above this many, the number itself must be typed. */
const typedAbove = 100
const sampleSize = 5

type Tally = Record<Outcome, number>
const none: Tally = { done: 0, 'already-gone': 0, refused: 0, failed: 0, unknown: 0 }

const outcomeWords: Record<Outcome, string> = {
  done: 'ended',
  'already-gone': 'had already ended',
  refused: 'refused',
  failed: 'failed, still there',
  unknown: 'not known, the table will tell',
}

type RevokeDialogProps = { rows: SessionRow[]; title: string; onClose: (wasRun: boolean) => void }

/** Ends several: says exactly how many and whose, asks once, shows how it goes, can be stopped, and gives a result that adds up. */
export function RevokeDialog({ rows, title, onClose }: RevokeDialogProps) {
  const [typed, setTyped] = useState('')
  const [tally, setTally] = useState<Tally | null>(null)
  const [isRunning, setRunning] = useState(false)
  const isStopped = useRef(false)
  const inputId = useId()
  const mustType = rows.length > typedAbove
  const isAllowed = !mustType || typed.replace(/[,\s]/g, '') === String(rows.length)
  const finished = tally === null ? 0 : Object.values(tally).reduce((sum, count) => sum + count, 0)

  const run = async () => {
    setRunning(true)
    setTally(none)
    const queue = [...rows]
    const work = async () => {
      for (let row = queue.shift(); row !== undefined && !isStopped.current; row = queue.shift()) {
        const outcome = await revokeQuietly(row)
        setTally((last) => ({ ...(last ?? none), [outcome]: (last ?? none)[outcome] + 1 }))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    refresh('/api/sessions')
    setRunning(false)
  }

  const close = () => (isRunning ? undefined : onClose(tally !== null))
  if (tally !== null) {
    const left = rows.length - finished
    return (
      <Dialog
        isOpen
        onOpenChange={(isOpen) => (isOpen ? undefined : close())}
        title={
          isRunning
            ? `Revoking ${sayMany(rows.length, 'session')}`
            : `${sayCount(tally.done)} of ${sayMany(rows.length, 'session')} ended`
        }
        footer={
          isRunning ? (
            <Button
              onClick={() => {
                isStopped.current = true
              }}
            >
              Stop
            </Button>
          ) : (
            <Button look="primary" onClick={close}>
              Done
            </Button>
          )
        }
      >
        <div
          role="progressbar"
          aria-label="Revoked"
          aria-valuemin={0}
          aria-valuemax={rows.length}
          aria-valuenow={finished}
          className="h-1.5 overflow-hidden rounded-full bg-line"
        >
          <div
            className="h-full bg-accent transition-[width] duration-quick"
            style={{ width: `${(finished / rows.length) * 100}%` }}
          />
        </div>
        <ul className="mt-3 space-y-1 text-sm" aria-live="polite">
          {(Object.keys(outcomeWords) as Outcome[]).map((outcome) =>
            tally[outcome] === 0 ? null : (
              <li
                key={outcome}
                className={outcome === 'refused' || outcome === 'failed' || outcome === 'unknown' ? 'text-danger' : ''}
              >
                <span className="inline-block min-w-10 font-medium">{sayCount(tally[outcome])}</span>{' '}
                {outcomeWords[outcome]}
              </li>
            ),
          )}
          {left > 0 ? (
            <li className="text-muted">
              <span className="inline-block min-w-10 font-medium">{sayCount(left)}</span>{' '}
              {isRunning ? 'to go' : 'not tried: stopped'}
            </li>
          ) : null}
        </ul>
      </Dialog>
    )
  }
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : close())}
      title={title}
      description={`${new Set(rows.map(({ principal, handle }) => principal ?? handle)).size === 1 ? 'The person is' : 'These people are'} signed out at their next request. Several at once cannot be undone from here.`}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="danger" disabled={!isAllowed} onClick={() => void run()}>
            Revoke {sayCount(rows.length)}
          </Button>
        </>
      }
    >
      <ul className="space-y-0.5 text-sm">
        {rows.slice(0, sampleSize).map((row) => (
          <li key={row.handle} className="flex justify-between gap-4">
            <span className="truncate">
              {row.label === null && row.principal === null
                ? row.status === 'unreadable'
                  ? 'Unreadable'
                  : 'Anonymous'
                : personOf(row)}
            </span>
            <span className="shrink-0 text-muted">{visibleString(row.source)}</span>
          </li>
        ))}
        {rows.length > sampleSize ? (
          <li className="text-muted">and {sayCount(rows.length - sampleSize)} more</li>
        ) : null}
      </ul>
      <p className="mt-3 text-sm text-muted">{saySources(rows)}</p>
      {mustType ? (
        <div className="mt-4 flex flex-col gap-1.5">
          <label htmlFor={inputId} className="text-sm font-medium">
            Type {sayCount(rows.length)} to go on
          </label>
          <input
            id={inputId}
            inputMode="numeric"
            autoComplete="off"
            className={inputClass}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      ) : null}
    </Dialog>
  )
}

/** `By source: session 12, sess 3`. */
function saySources(rows: SessionRow[]): string {
  const counts = new Map<string, number>()
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1)
  return `By source: ${[...counts].map(([source, count]) => `${visibleString(source)} ${sayCount(count)}`).join(', ')}`
}
