'use client'

import { useSyncExternalStore } from 'react'
import { showToast } from '@/components/ui/toast'
import { sayBothTimes } from '@/components/ui/words'
import { ApiProblem, send } from '@/lib/client/api'
import { serverNow } from '@/lib/client/clock'
import { refresh } from '@/lib/client/resource'
import {
  ExtendAnswer,
  type ExtendInput,
  type Outcome,
  RestoreAnswer,
  RevokeAnswer,
  type SessionRow,
} from '@/lib/contract/session'
import { limitWords, sessionOf } from './words'

/** An answer that was under way while the deed was done may still hold the session; later ones are believed. */
const settleMs = 3_000

type Leaving = { endedAt: number | null }

let leaving: ReadonlyMap<string, Leaving> = new Map()
const listeners = new Set<() => void>()
let lastRevoked: { row: SessionRow; undoUntil: number } | null = null
/** The revoke that was asked for last, until it is answered. */
let revoking: Promise<void> = Promise.resolve()

/** What this page ended, or is ending: hidden before the server's next answer says so, and put back when it was not done. */
export function useLeaving(): ReadonlyMap<string, Leaving> {
  return useSyncExternalStore(
    subscribe,
    () => leaving,
    () => leaving,
  )
}

/** Whether a row that the server still lists must not be shown. */
export function isHidden(map: ReadonlyMap<string, Leaving>, handle: string): boolean {
  const entry = map.get(handle)
  return entry !== undefined && (entry.endedAt === null || Date.now() - entry.endedAt < settleMs)
}

/** Ends one session at once and offers ten seconds of Undo. Says why when it was not done; never throws. */
export function revokeSession(row: SessionRow): Promise<void> {
  revoking = revokeAndTell(row)
  return revoking
}

async function revokeAndTell(row: SessionRow): Promise<void> {
  setLeaving(row.handle, { endedAt: null })
  const { outcome, undoUntil, reason } = await askRevoke(row.handle)
  if (outcome === 'done' || outcome === 'already-gone') setLeaving(row.handle, { endedAt: Date.now() })
  else setLeaving(row.handle, null)
  refresh('/api/sessions')
  const undoMs = undoUntil === null ? 0 : undoUntil - serverNow()
  if (outcome === 'done' && undoUntil !== null && undoMs > 0) {
    lastRevoked = { row, undoUntil }
    showToast({
      title: `${capital(sessionOf(row))} was ended`,
      drainMs: undoMs,
      action: { label: 'Undo', run: () => void restoreSession(row) },
    })
    return
  }
  showToast({
    title: sayRevoked(row, outcome),
    detail: reason,
    isBad: outcome !== 'done' && outcome !== 'already-gone',
  })
}

/** Brings back what was ended last, while that is possible; waits for a revoke that is still on its way. */
export async function undoLast(): Promise<void> {
  await revoking
  if (lastRevoked !== null && lastRevoked.undoUntil > serverNow()) void restoreSession(lastRevoked.row)
  else showToast({ title: 'There is nothing to undo' })
}

/** Whether `undoLast` would bring back this very session. */
export function canUndo(handle: string, now: number): boolean {
  return lastRevoked !== null && lastRevoked.row.handle === handle && lastRevoked.undoUntil > now
}

async function restoreSession(row: SessionRow): Promise<void> {
  lastRevoked = null
  const { outcome, reason } = await asked(
    () => send('POST', `/api/sessions/${row.handle}/restoration`, RestoreAnswer),
    { outcome: 'unknown', reason: null },
  )
  if (outcome === 'done') setLeaving(row.handle, null)
  refresh('/api/sessions')
  if (outcome === 'done') showToast({ title: `${capital(sessionOf(row))} is back as it was` })
  else showToast({ title: `${capital(sessionOf(row))} was not brought back`, detail: reason, isBad: true })
}

/** Pushes a session's end forward and says what will hold. Returns whether it was done; never throws. */
export async function extendSession(row: SessionRow, input: ExtendInput): Promise<boolean> {
  const { outcome, expiresAt, notReached, reason } = await asked(
    () => send('POST', `/api/sessions/${row.handle}/extension`, ExtendAnswer, input),
    { outcome: 'unknown', expiresAt: null, notReached: [], reason: null },
  )
  refresh('/api/sessions')
  if (outcome === 'done') {
    const [until] = expiresAt === null ? [null] : sayBothTimes(expiresAt).split('\n')
    showToast({
      title: until ? `${capital(sessionOf(row))} now ends ${until}` : `${capital(sessionOf(row))} was extended`,
      detail: notReached.length === 0 ? undefined : notReached.map((name) => limitWords[name]).join(' '),
    })
    return true
  }
  const title =
    outcome === 'already-gone'
      ? `${capital(sessionOf(row))} had already ended`
      : `${capital(sessionOf(row))} was not extended`
  showToast({
    title: outcome === 'unknown' ? `It is not known whether ${sessionOf(row)} was extended` : title,
    detail: reason,
    isBad: true,
  })
  return false
}

function askRevoke(handle: string): Promise<RevokeAnswer> {
  return asked(() => send('DELETE', `/api/sessions/${handle}`, RevokeAnswer), {
    outcome: 'unknown',
    undoUntil: null,
    reason: null,
  })
}

/** A deed's answer, or what its problem amounts to: no answer at all leaves it unknown, a refusal at the door is `refused`. */
async function asked<T extends { outcome: Outcome; reason: string | null }>(
  run: () => Promise<T | null>,
  unknown: T,
): Promise<T> {
  try {
    return (await run()) ?? unknown
  } catch (error) {
    // Every failure becomes an outcome that the person is told.
    if (!(error instanceof ApiProblem)) return { ...unknown, reason: 'The page itself failed. Reload it.' }
    if (error.code === 'no-answer' || error.code === 'bad-answer')
      return { ...unknown, reason: `${error.detail} The table tells what became of it.` }
    return {
      ...unknown,
      outcome: error.status === 503 || error.status === 500 ? 'failed' : 'refused',
      reason: error.detail,
    }
  }
}

function sayRevoked(row: SessionRow, outcome: Outcome): string {
  const words: Record<Outcome, string> = {
    done: `${capital(sessionOf(row))} was ended`,
    'already-gone': `${capital(sessionOf(row))} had already ended`,
    refused: `${capital(sessionOf(row))} was not ended`,
    failed: `${capital(sessionOf(row))} was not ended`,
    unknown: `It is not known whether ${sessionOf(row)} ended`,
  }
  return words[outcome]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function setLeaving(handle: string, entry: Leaving | null): void {
  const next = new Map(leaving)
  if (entry === null) next.delete(handle)
  else next.set(handle, entry)
  leaving = next
  notify()
  if (entry !== null && entry.endedAt !== null) setTimeout(notify, settleMs + 50)
}

function notify(): void {
  leaving = new Map(leaving)
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
