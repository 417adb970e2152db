'use client'

import { Menu as Base } from '@base-ui/react/menu'
import type { ReactNode, RefObject } from 'react'
import { MenuParts } from './menu'

export const menuParts = { Item: Base.Item, CheckboxItem: Base.CheckboxItem, Separator: Base.Separator }

type MenuPopupProps = {
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  triggerRef: RefObject<HTMLElement | null>
  align: 'start' | 'center' | 'end'
  children: ReactNode
}

/** What opens under the button of a `Menu`. Not part of the first load. */
export function MenuPopup({ isOpen, onOpenChange, triggerRef, align, children }: MenuPopupProps) {
  return (
    <Base.Root
      modal={false}
      open={isOpen}
      onOpenChange={(open, { reason, event, cancel }) => {
        // A press on the button itself is the button's to answer.
        const isOnTrigger = event.target instanceof Node && triggerRef.current?.contains(event.target) === true
        if (reason === 'outside-press' && isOnTrigger) cancel()
        else onOpenChange(open)
      }}
    >
      <Base.Portal>
        <Base.Positioner
          anchor={triggerRef}
          sideOffset={4}
          align={align}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup className="max-h-(--available-height) min-w-44 overflow-y-auto rounded-lg bg-raised p-1 shadow-float transition-opacity duration-quick outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
            <MenuParts value={menuParts}>{children}</MenuParts>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
