'use client'

import { useState } from 'react'
import type { JobRequest } from '@/components/jobs/job-dialog'
import { Button } from '@/components/ui/button'
import { sayCount } from '@/components/ui/words'
import type { JobDeed } from '@/lib/contract/job'
import type { SessionFilter, SessionRow } from '@/lib/contract/session'

type BulkBarProps = {
  rows: SessionRow[]
  loaded: number
  /** How many the filter leaves, and the filter. */
  total: number
  filter: SessionFilter
  can: { extend: boolean; revoke: boolean }
  selectLoaded: () => void
  clear: () => void
  ask: (request: JobRequest) => void
}

/** Appears with the selection: how many, what can be done with them, and a way out. What covers all that is loaded can become all that match. */
export function BulkBar({ rows, loaded, total, filter, can, selectLoaded, clear, ask }: BulkBarProps) {
  const [isAll, setAll] = useState(false)
  if (rows.length === 0) return null
  const coversLoaded = rows.length >= loaded
  const meansAll = isAll && coversLoaded && total > rows.length
  const start = (deed: JobDeed) =>
    ask(meansAll ? { deed, filter } : { deed, filter: {}, handles: rows.map(({ handle }) => handle) })
  const count = meansAll ? total : rows.length
  const hasImmortal = rows.some(({ expiresAt }) => expiresAt === null)
  return (
    <section
      aria-label="Selection"
      data-selection
      className="fixed bottom-5 left-1/2 z-20 flex w-max max-w-[calc(100vw-24px)] max-md:pl-2 max-md:justify-between -translate-x-1/2 flex-wrap items-center gap-2 rounded-xl bg-raised p-2 pl-4 shadow-float max-md:bottom-[calc(68px+env(safe-area-inset-bottom))]"
    >
      <span className="text-sm font-medium" aria-live="polite">
        {meansAll ? `All ${sayCount(total)} that match` : `${sayCount(rows.length)} selected`}
      </span>
      {loaded > rows.length ? (
        <Button look="quiet" onClick={selectLoaded}>
          Select all {sayCount(loaded)} loaded
        </Button>
      ) : total > rows.length && !meansAll ? (
        <Button look="quiet" onClick={() => setAll(true)}>
          Select all {sayCount(total)} that match
        </Button>
      ) : null}
      <Button
        look="quiet"
        onClick={() => {
          setAll(false)
          clear()
        }}
      >
        Clear
      </Button>
      {can.extend ? <Button onClick={() => start('extend')}>Extend</Button> : null}
      {can.extend && (hasImmortal || meansAll) ? (
        <Button onClick={() => start('give-expiry')}>Give an end</Button>
      ) : null}
      {can.revoke ? (
        <Button look="danger" className="max-md:flex-1" onClick={() => start('revoke')}>
          Revoke {sayCount(count)}
        </Button>
      ) : null}
    </section>
  )
}
