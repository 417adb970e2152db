import { useSyncExternalStore } from 'react'
import { mutate } from 'swr'
import { withBasePath } from './base-path'

let isOut = false
/** They asked for it themselves: nothing leads back here. */
let isOwnWish = false
const listeners = new Set<() => void>()

/** This person is no longer signed in: everything the page holds is dropped at once, then it leads to the sign-in, which leads back. */
export function leaveSignedOut(): void {
  if (isOut) return
  isOut = true
  for (const listener of listeners) listener()
  void mutate(() => true, undefined, { revalidate: false })
  const base = withBasePath('')
  const here = `${window.location.pathname.slice(base.length)}${window.location.search}`
  const next = isOwnWish ? '' : `?next=${encodeURIComponent(here)}`
  window.location.replace(withBasePath(`/login${next}`))
}

/** Ends their own session and leaves. A poll that is refused meanwhile is no other way out. Throws what `end` throws, and then they are still here. */
export async function leaveByWish(end: () => Promise<unknown>): Promise<void> {
  isOwnWish = true
  try {
    await end()
  } catch (error) {
    isOwnWish = false
    throw error
  }
  leaveSignedOut()
}

/** Whether this page must show nothing any more. */
export function useIsSignedOut(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isOut,
    () => false,
  )
}
