'use client'

import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ComponentProps, ReactElement, ReactNode } from 'react'

const itemClass =
  'flex min-h-8 items-center gap-2 rounded-md px-2 text-sm outline-none select-none pointer-coarse:min-h-11 data-disabled:opacity-50 data-highlighted:bg-sunken'

type MenuProps = {
  /** A button; the menu gives it its behaviour. */
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end'
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
}

/** A list of choices under a button. */
export function Menu({ trigger, children, align = 'start', isOpen, onOpenChange }: MenuProps) {
  return (
    <Base.Root
      modal={false}
      {...(isOpen === undefined ? {} : { open: isOpen })}
      onOpenChange={(open) => onOpenChange?.(open)}
    >
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className="max-h-(--available-height) min-w-44 overflow-y-auto rounded-lg bg-raised p-1 shadow-float transition-opacity duration-quick outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

/** One choice that does something. */
export function MenuItem({
  className = '',
  ...rest
}: Omit<ComponentProps<typeof Base.Item>, 'className'> & { className?: string }) {
  return <Base.Item className={`${itemClass} ${className}`} {...rest} />
}

type MenuChoiceProps = { isChosen: boolean; onChange: (isChosen: boolean) => void; children: ReactNode }

/** One choice of several that can be on together; the menu stays open. */
export function MenuChoice({ isChosen, onChange, children }: MenuChoiceProps) {
  return (
    <Base.CheckboxItem
      checked={isChosen}
      onCheckedChange={(on) => onChange(on)}
      closeOnClick={false}
      className={itemClass}
    >
      <span
        className="flex size-4 items-center justify-center rounded-sm border border-line-strong data-on:border-accent data-on:bg-accent data-on:text-accent-ink"
        data-on={isChosen || undefined}
      >
        {isChosen ? <Check aria-hidden className="size-3" strokeWidth={3} /> : null}
      </span>
      <span className="flex min-w-0 flex-1 items-center justify-between gap-4">{children}</span>
    </Base.CheckboxItem>
  )
}

export function MenuLine() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />
}
