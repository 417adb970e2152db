'use client'

import { type RefObject, useEffect, useState } from 'react'

/** Whether a mouse or a pen is over the element now. Asked of the document, because menus and dialogs come between without a word to the element. */
export function usePointerOver(ref: RefObject<HTMLElement | null>): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const look = (event: PointerEvent) => {
      const isInside = event.target instanceof Node && ref.current?.contains(event.target) === true
      setOver(isInside && event.pointerType !== 'touch')
    }
    const leave = () => setOver(false)
    document.addEventListener('pointermove', look, { passive: true })
    document.addEventListener('pointerover', look, { passive: true })
    document.documentElement.addEventListener('pointerleave', leave)
    return () => {
      document.removeEventListener('pointermove', look)
      document.removeEventListener('pointerover', look)
      document.documentElement.removeEventListener('pointerleave', leave)
    }
  }, [ref])
  return isOver
}
