'use client'

import { type ReactNode, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'

const id = 'hint'
const waitMs = 350
/** So long the pointer may take from the element to its hint. */
const graceMs = 120
const gap = 6
const edge = 8

type Shown = { element: Element; text: () => ReactNode }

let shown: Shown | null = null
let hiddenAt = 0
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

/** Shows a hint beside an element; `soon`: after a moment's rest, at once where another was shown just now. */
export function showHint(element: Element, text: () => ReactNode, when: 'now' | 'soon'): void {
  const isFollowing = shown !== null || Date.now() - hiddenAt < waitMs
  later(when === 'now' || isFollowing ? 0 : waitMs, { element, text })
}

/** Takes the hint away; `soon`: unless the pointer comes to rest on the hint itself. */
export function hideHint(when: 'now' | 'soon'): void {
  later(when === 'now' ? 0 : graceMs, null)
}

function later(ms: number, next: Shown | null): void {
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (shown !== null && next === null) hiddenAt = Date.now()
    if (shown === next) return
    shown = next
    for (const listener of listeners) listener()
  }, ms)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Stands once on the page and draws the hint that is asked for. It stays while the pointer is on it, and goes with Escape, a scroll, or its element. */
export function HintPopup() {
  const hint = useSyncExternalStore(
    subscribe,
    () => shown,
    () => null,
  )
  return hint === null ? null : createPortal(<Popup {...hint} />, document.body)
}

function Popup({ element, text }: Shown) {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (ref.current) place(ref.current, element.getBoundingClientRect())
  })
  useEffect(() => {
    element.setAttribute('aria-describedby', id)
    return () => element.removeAttribute('aria-describedby')
  }, [element])
  useEffect(() => {
    const look = ({ target }: Event) => {
      const isNear = target instanceof Node && (element.contains(target) || ref.current?.contains(target))
      if (isNear) clearTimeout(timer)
      else hideHint('soon')
    }
    const press = (event: KeyboardEvent) => (event.key === 'Escape' ? hideHint('now') : undefined)
    const away = () => hideHint('now')
    document.addEventListener('pointerover', look)
    document.addEventListener('keydown', press, true)
    document.addEventListener('pointerdown', away)
    document.addEventListener('scroll', away, true)
    return () => {
      document.removeEventListener('pointerover', look)
      document.removeEventListener('keydown', press, true)
      document.removeEventListener('pointerdown', away)
      document.removeEventListener('scroll', away, true)
    }
  }, [element])
  return (
    <div
      ref={ref}
      id={id}
      role="tooltip"
      className="fixed top-0 left-0 z-60 w-max max-w-[min(320px,calc(100vw-16px))] rounded-md bg-ink px-2 py-1 text-xs whitespace-pre-line text-surface shadow-float transition-opacity duration-quick starting:opacity-0"
    >
      {text()}
    </div>
  )
}

/** Above the element, or below where there is no room; never past the edge of the window. */
function place(popup: HTMLElement, around: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = popup
  const middle = around.left + around.width / 2 - width / 2
  const left = Math.max(edge, Math.min(middle, window.innerWidth - width - edge))
  const above = around.top - height - gap
  const top = above >= edge ? above : around.bottom + gap
  popup.style.translate = `${Math.round(left)}px ${Math.round(top)}px`
}
