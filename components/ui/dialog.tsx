'use client'

import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

type DialogProps = {
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  title: string
  description?: ReactNode
  children?: ReactNode
  /** The buttons, the safe one first. */
  footer?: ReactNode
}

/** A modal question. Escape and a click beside it answer "no"; focus goes in and comes back. */
export function Dialog({ isOpen, onOpenChange, title, description, children, footer }: DialogProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => onOpenChange(open)}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.15_0.01_260/0.45)] transition-opacity duration-quick data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup className="fixed top-1/2 left-1/2 z-50 flex max-h-[min(640px,calc(100dvh-32px))] w-[min(480px,calc(100vw-32px))] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl bg-raised shadow-float transition-[opacity,scale] duration-quick ease-out outline-none data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0">
          <div className="min-h-0 overflow-y-auto px-5 pt-5 pb-4">
            <Base.Title className="text-lg font-semibold text-balance">{title}</Base.Title>
            {description ? (
              <Base.Description className="mt-1.5 text-base text-muted" render={<div />}>
                {description}
              </Base.Description>
            ) : null}
            {children ? <div className="mt-4">{children}</div> : null}
          </div>
          {footer ? <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3.5">{footer}</div> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
