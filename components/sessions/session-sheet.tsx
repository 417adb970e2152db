'use client'

import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Button } from '@/components/ui/button'
import { SessionDetail } from './session-detail'

/** One session over the table: beside it on wide screens, in its place on narrow ones. Escape and Back close it, and the focus returns. */
export function SessionSheet({ handle, onClose }: { handle: string; onClose: () => void }) {
  const ref = useRef<HTMLElement>(null)
  useEffect(() => {
    const before = document.activeElement
    return () => {
      // Whoever has pressed elsewhere meanwhile keeps their place.
      if (before instanceof HTMLElement && document.activeElement === document.body)
        before.focus({ preventScroll: true })
    }
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another session in the sheet takes the focus anew
  useEffect(() => {
    ref.current?.focus({ preventScroll: true })
  }, [handle])
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      aria-label="One session"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        // Seen by the table's keys, which listen on the same node as React does.
        event.preventDefault()
        onClose()
      }}
      className="fixed inset-y-0 right-0 z-30 w-full overflow-y-auto overscroll-contain bg-surface shadow-float outline-none max-md:bottom-(--bottom-bar) md:w-[min(560px,100vw)]"
    >
      <SessionDetail
        key={handle}
        handle={handle}
        headingLevel={2}
        aside={
          <Button look="quiet" isIcon aria-label="Close" onClick={onClose}>
            <X aria-hidden className="size-4" />
          </Button>
        }
      />
    </aside>
  )
}
