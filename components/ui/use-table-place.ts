'use client'

import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'

/** `margin`: what stands above the rows in what scrolls. `bar`: how much of the top stays covered. In pixels. */
export type TablePlace = { margin: number; bar: number }

const headerHeight = 32

/** Measured after each draw of the page around the rows, never while they are scrolled: to measure then would have the browser lay out each frame twice. */
export function useTablePlace(
  scrollRef: RefObject<HTMLElement | null>,
  bodyRef: RefObject<HTMLElement | null>,
): TablePlace {
  const [place, setPlace] = useState<TablePlace>({ margin: 0, bar: 0 })
  const measure = () => {
    const margin = bodyRef.current?.offsetTop ?? 0
    const bar = (scrollRef.current?.querySelector<HTMLElement>('[data-bar]')?.offsetHeight ?? 0) + headerHeight
    setPlace((last) => (last.margin === margin && last.bar === bar ? last : { margin, bar }))
  }
  useLayoutEffect(measure)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads nothing that changes
  useEffect(() => {
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  return place
}
