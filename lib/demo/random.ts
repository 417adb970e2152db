/** A stream of pretend chance that is the same for the same seed, so that the samples are the same at every start. No secret is ever drawn from it. */
export type Chance = {
  /** At least 0, under 1. */
  draw(): number
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number
  pick<T>(items: readonly [T, ...T[]]): T
  /** As `pick`, with the first ones far more often than the last. */
  pickEarly<T>(items: readonly [T, ...T[]]): T
  bytes(length: number): Buffer
}

/** Mulberry32: 32 bits of state, good enough to look varied. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0

  function draw(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (min: number, max: number) => min + Math.floor(draw() * (max - min + 1))
  const at = <T>(items: readonly [T, ...T[]], index: number): T => items[index] ?? items[0]

  return {
    draw,
    between,
    pick: (items) => at(items, between(0, items.length - 1)),
    pickEarly: (items) => at(items, Math.floor(draw() ** 1.8 * items.length)),
    bytes: (length) => Buffer.from(Array.from({ length }, () => between(0, 255))),
  }
}
