import type { DemoItem } from '@/lib/contract/demo'

/** What the shelves hold. Prices in cents of no country. */
export const products: { item: DemoItem; name: string; note: string; cents: number }[] = [
  { item: 'sourdough', name: 'Sourdough', note: 'Baked at four, gone by noon', cents: 480 },
  { item: 'olive-oil', name: 'Olive oil', note: 'Half a litre, first press', cents: 1150 },
  { item: 'wildflower-honey', name: 'Wildflower honey', note: 'From the roof next door', cents: 790 },
  { item: 'tomatoes', name: 'Vine tomatoes', note: 'A pound, still warm', cents: 320 },
  { item: 'oolong', name: 'Oolong tea', note: 'Twenty cups of patience', cents: 940 },
  { item: 'beeswax-candle', name: 'Beeswax candle', note: 'Burns longer than a session', cents: 650 },
]

/** `4.80`. */
export function sayPrice(cents: number): string {
  return (cents / 100).toFixed(2)
}
