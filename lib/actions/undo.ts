import type { Backup, Source } from '@/lib/session/source'

/** How long after a revoke it can be taken back. */
export const undoMs = 10_000
/** All that may wait for an undo at once; the oldest go first. */
const mostBytes = 64 * 1024 * 1024

export type Shelved = { source: Source; backup: Backup; undoUntil: number; principal: string | null }

/** The revoked sessions that can still come back, in this process only, each for ten seconds. */
export type UndoShelf = {
  put(handle: string, shelved: Shelved): void
  /** What can still be undone, or null: never there, too late, or used. */
  find(handle: string, now: number): Shelved | null
  remove(handle: string): void
}

export function createUndoShelf(): UndoShelf {
  const shelf = new Map<string, Shelved>()
  let bytes = 0

  function remove(handle: string) {
    const shelved = shelf.get(handle)
    if (shelved === undefined) return
    shelf.delete(handle)
    bytes -= shelved.backup.bytes
  }

  return {
    remove,
    put(handle, shelved) {
      remove(handle)
      shelf.set(handle, shelved)
      bytes += shelved.backup.bytes
      for (const [oldest, { undoUntil }] of shelf) {
        const isOver = undoUntil < shelved.undoUntil - undoMs
        if (!isOver && bytes <= mostBytes) break
        remove(oldest)
      }
    },
    find(handle, now) {
      const shelved = shelf.get(handle)
      if (shelved === undefined) return null
      if (now <= shelved.undoUntil) return shelved
      remove(handle)
      return null
    },
  }
}
