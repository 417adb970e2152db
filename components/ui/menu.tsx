'use client'

import { Check } from 'lucide-react'
import dynamic from 'next/dynamic'
import {
  type ComponentProps,
  cloneElement,
  createContext,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  use,
  useEffect,
  useRef,
  useState,
} from 'react'
import type { MenuPopup, menuParts } from './menu-popup'

// Every page has menus and none is open at first: what draws them comes as soon as the page has come to rest.
const load = () => import('./menu-popup')
const Popup = dynamic<ComponentProps<typeof MenuPopup>>(() => load().then((part) => part.MenuPopup), { ssr: false })
const restMs = 500

const itemClass =
  'flex min-h-8 items-center gap-2 rounded-md px-2 text-sm outline-none select-none pointer-coarse:min-h-11 data-disabled:opacity-50 data-highlighted:bg-sunken'

/** The elements that a menu is made of: given by the popup, inside of which alone they can stand. */
export const MenuParts = createContext<typeof menuParts | null>(null)

function useParts(): typeof menuParts {
  const parts = use(MenuParts)
  if (parts === null) throw new Error('a part of a menu outside of one')
  return parts
}

type Trigger = ComponentProps<'button'> & { 'data-popup-open'?: '' | undefined }

type MenuProps = {
  /** A button; the menu gives it its behaviour. */
  trigger: ReactElement<Trigger>
  children: ReactNode
  align?: 'start' | 'center' | 'end'
  isOpen?: boolean
  onOpenChange?: (isOpen: boolean) => void
}

/** A list of choices under a button. */
export function Menu({ trigger, children, align = 'start', isOpen: isOpenNow, onOpenChange }: MenuProps) {
  const ref = useRef<HTMLButtonElement>(null)
  const [isOpenHere, setOpenHere] = useState(false)
  const [wasOpen, setWasOpen] = useState(false)
  const isOpen = isOpenNow ?? isOpenHere
  if (isOpen && !wasOpen) setWasOpen(true)
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), restMs)
    return () => clearTimeout(timer)
  }, [])
  const change = (next: boolean) => {
    setOpenHere(next)
    onOpenChange?.(next)
  }
  return (
    <>
      {cloneElement(trigger, {
        ref,
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        'data-popup-open': isOpen ? '' : undefined,
        onClick: () => change(!isOpen),
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          change(true)
        },
      })}
      {wasOpen || isOpen ? (
        <Popup isOpen={isOpen} onOpenChange={change} triggerRef={ref} align={align}>
          {children}
        </Popup>
      ) : null}
    </>
  )
}

/** One choice that does something. */
export function MenuItem({
  className = '',
  ...rest
}: Omit<ComponentProps<typeof menuParts.Item>, 'className'> & { className?: string }) {
  const { Item } = useParts()
  return <Item className={`${itemClass} ${className}`} {...rest} />
}

type MenuChoiceProps = { isChosen: boolean; onChange: (isChosen: boolean) => void; children: ReactNode }

/** One choice of several that can be on together; the menu stays open. */
export function MenuChoice({ isChosen, onChange, children }: MenuChoiceProps) {
  const { CheckboxItem } = useParts()
  return (
    <CheckboxItem checked={isChosen} onCheckedChange={(on) => onChange(on)} closeOnClick={false} className={itemClass}>
      <span
        className="flex size-4 items-center justify-center rounded-sm border border-line-strong data-on:border-accent data-on:bg-accent data-on:text-accent-ink"
        data-on={isChosen || undefined}
      >
        {isChosen ? <Check aria-hidden className="size-3" strokeWidth={3} /> : null}
      </span>
      <span className="flex min-w-0 flex-1 items-center justify-between gap-4">{children}</span>
    </CheckboxItem>
  )
}

export function MenuLine() {
  const { Separator } = useParts()
  return <Separator className="mx-1 my-1 h-px bg-line" />
}
