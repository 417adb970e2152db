/** What INFO tells of a Redis that bears on its sessions; of several primaries the worst. Null: not told. */
export type ServerFacts = {
  maxMemoryBytes: number | null
  usedMemoryBytes: number | null
  evictionPolicy: string | null
  /** Keys that were evicted since this Redis started. */
  evictedKeys: number | null
  hasAppendOnlyFile: boolean | null
  /** Whether a snapshot was written since this Redis started. */
  hasSnapshot: boolean | null
  /** Whether the last write to the disk went wrong. */
  hasFailedSave: boolean
  upMs: number
}

/** The facts, or a sentence why there are none. */
export type ServerReading = { facts: ServerFacts[] } | { unknown: string }
