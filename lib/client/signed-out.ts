import { useSyncExternalStore } from 'react'
import { mutate } from 'swr'
import { withBasePath } from './base-path'

let isOut = false
const listeners = new Set<() => void>()

/** This person is no longer signed in: everything the page holds is dropped at once, then it leads to the sign-in, which leads back. */
export function leaveSignedOut(to: 'back-after-sign-in' | 'stay-out' = 'back-after-sign-in'): void {
  if (isOut) return
  isOut = true
  for (const listener of listeners) listener()
  void mutate(() => true, undefined, { revalidate: false })
  const base = withBasePath('')
  const here = `${window.location.pathname.slice(base.length)}${window.location.search}`
  const next = to === 'stay-out' ? '' : `?next=${encodeURIComponent(here)}`
  window.location.replace(withBasePath(`/login${next}`))
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
