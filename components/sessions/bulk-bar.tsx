'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { sayCount, sayMany } from '@/components/ui/words'
import type { SessionRow } from '@/lib/contract/session'
import { RevokeDialog } from './revoke-dialog'

type BulkBarProps = {
  rows: SessionRow[]
  loaded: number
  canRevoke: boolean
  selectLoaded: () => void
  clear: () => void
  isAsking: boolean
  setAsking: (isAsking: boolean) => void
}

/** Appears with the selection: how many, what can be done with them, and a way out. */
export function BulkBar({ rows, loaded, canRevoke, selectLoaded, clear, isAsking, setAsking }: BulkBarProps) {
  const [asked, setAsked] = useState<SessionRow[]>([])
  const open = () => {
    setAsked(rows)
    setAsking(true)
  }
  // The dialog speaks of what was selected when it was opened, whatever leaves the selection meanwhile.
  const spoken = asked.length > 0 ? asked : rows
  return (
    <>
      {rows.length > 0 ? (
        <section
          aria-label="Selection"
          data-selection
          className="fixed bottom-5 left-1/2 z-20 flex w-max max-w-[calc(100vw-24px)] max-md:pl-2 max-md:justify-between -translate-x-1/2 flex-wrap items-center gap-2 rounded-xl bg-raised p-2 pl-4 shadow-float max-md:bottom-[calc(68px+env(safe-area-inset-bottom))]"
        >
          <span className="text-sm font-medium" aria-live="polite">
            {sayCount(rows.length)} selected
          </span>
          {loaded > rows.length ? (
            <Button look="quiet" onClick={selectLoaded}>
              Select all {sayCount(loaded)} loaded
            </Button>
          ) : null}
          <Button look="quiet" onClick={clear}>
            Clear
          </Button>
          {canRevoke ? (
            <Button look="danger" className="max-md:w-full" onClick={open}>
              Revoke {sayCount(rows.length)}
            </Button>
          ) : null}
        </section>
      ) : null}
      {isAsking && spoken.length > 0 ? (
        <RevokeDialog
          rows={spoken}
          title={`Revoke ${sayMany(spoken.length, 'session')}?`}
          onClose={(wasRun) => {
            setAsking(false)
            setAsked([])
            if (wasRun) clear()
          }}
        />
      ) : null}
    </>
  )
}
