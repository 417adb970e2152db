import type { ReactNode } from 'react'
import type { DemoItem } from '@/lib/contract/demo'

const line = 'fill-none stroke-accent stroke-2 [stroke-linecap:round] [stroke-linejoin:round]'
const wash = 'fill-accent opacity-18'
const solid = 'fill-accent'

const drawings: Record<DemoItem, ReactNode> = {
  sourdough: (
    <>
      <path className={wash} d="M14 54c-4-16 12-30 34-30s38 14 34 30c-1 6-6 9-12 9H26c-6 0-11-3-12-9z" />
      <path className={line} d="M14 54c-4-16 12-30 34-30s38 14 34 30c-1 6-6 9-12 9H26c-6 0-11-3-12-9z" />
      <path className={line} d="M32 46c2-7 5-11 10-14M46 48c1-7 4-12 9-15M61 47c0-6 2-10 6-13" />
    </>
  ),
  'olive-oil': (
    <>
      <path className={wash} d="M36 44h24v26a6 6 0 0 1-6 6H42a6 6 0 0 1-6-6z" />
      <path className={line} d="M43 12h10v12c0 6 9 8 9 18v28a6 6 0 0 1-6 6H40a6 6 0 0 1-6-6V42c0-10 9-12 9-18z" />
      <path className={solid} d="M43 8h10v6H43z" />
      <path className={line} d="M48 67c-7-4-7-12 0-18 7 6 7 14 0 18zM48 67v-9" />
    </>
  ),
  'wildflower-honey': (
    <>
      <path className={wash} d="M25 40h46v26a9 9 0 0 1-9 9H34a9 9 0 0 1-9-9z" />
      <path className={line} d="M30 26h36c4 4 6 8 6 14v26a9 9 0 0 1-9 9H33a9 9 0 0 1-9-9V40c0-6 2-10 6-14z" />
      <path className={solid} d="M28 14h40a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H28a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z" />
      <path className={line} d="M48 43l9 5v10l-9 5-9-5V48z" />
    </>
  ),
  tomatoes: (
    <>
      <path className={wash} d="M33 38a18 18 0 1 0 .1 0zM66 46a14 14 0 1 0 .1 0z" />
      <path className={line} d="M33 38a18 18 0 1 0 .1 0zM66 46a14 14 0 1 0 .1 0z" />
      <path className={line} d="M33 40c0-12 8-22 22-28M66 47c-1-12-6-20-16-30" />
      <path className={line} d="M24 37l9 5 9-5M59 45l7 4 7-4" />
    </>
  ),
  oolong: (
    <>
      <path className={wash} d="M20 46h46v10c0 11-8 18-18 18H38c-10 0-18-7-18-18z" />
      <path className={line} d="M20 40h46v16c0 11-8 18-18 18H38c-10 0-18-7-18-18zM66 46h6a9 9 0 0 1 0 18h-8" />
      <path className={line} d="M34 30c-4-5 4-8 0-14M44 30c-4-5 4-8 0-14M54 30c-4-5 4-8 0-14" />
    </>
  ),
  'beeswax-candle': (
    <>
      <path className={wash} d="M37 36h22v34H37z" />
      <path className={line} d="M37 36h22v34H37zM28 76h40M32 70h32v6H32zM48 36v-7" />
      <path className={solid} d="M48 8c6 7 8 11 8 14a8 8 0 0 1-16 0c0-3 2-7 8-14z" />
      <path className={line} d="M43 44v10" />
    </>
  ),
}

/** A drawing of a thing on the shelf; its name stands beside it. */
export function ProductArt({ item }: { item: DemoItem }) {
  return (
    <svg viewBox="0 0 96 84" className="h-20 w-24" aria-hidden="true">
      {drawings[item]}
    </svg>
  )
}
