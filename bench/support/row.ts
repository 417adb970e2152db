import type { TestContext } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** How many sessions the largest data of this run has. */
    sessions: number
    /** How long people come and go where that is measured. */
    minutes: number
  }
  interface TaskMeta {
    rows?: Row[]
  }
}

export type Unit = 's' | 'ms' | '/s' | 'bytes' | 'cores' | 'commands' | 'times'

/** One line of the table. */
export type Row = {
  what: string
  /** The requirement whose figure it is, and the seed that it came from. */
  id?: string
  seed?: number
  value: number
  unit: Unit
  /** The limit or the peer, measured in the same run, or the same thing in other circumstances. */
  beside?: { what: string; value: number }
  /** What the value itself may be at most, or its ratio to what stands beside it. */
  bound?: Bound
}

export type Bound = { of: 'value' | 'ratio'; most: number } | { of: 'value' | 'ratio'; least: number }

/** Puts rows into the table of this run. */
export function tell({ task }: TestContext, ...rows: Row[]): void {
  task.meta.rows = [...(task.meta.rows ?? []), ...rows]
}

/** The value at a share of what was measured: 0.5 is the median, 0.99 what one in a hundred exceeds. Throws without any. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

export const counted = new Intl.NumberFormat('en')
