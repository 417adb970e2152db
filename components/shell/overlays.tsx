'use client'

import dynamic from 'next/dynamic'
import { useEffect, useSyncExternalStore } from 'react'
import { isElsewhere, pauseKeys } from './keys'
import { useHasKeys } from './use-has-keys'

// None is part of the first load: these two come as soon as the page has come to rest.
const loadPalette = () => import('./palette')
const loadKeys = () => import('./keys-dialog')
const Palette = dynamic(() => loadPalette().then((part) => part.Palette), { ssr: false })
const PasswordDialog = dynamic(() => import('@/components/login/password-dialog').then((part) => part.PasswordDialog), {
  ssr: false,
})
const KeysDialog = dynamic(() => loadKeys().then((part) => part.KeysDialog), { ssr: false })
const restMs = 1500

/** What can lie over any page. */
type Overlay = 'palette' | 'keys' | 'password'

let shown: Overlay | null = null
let question: { why: string; then: () => void } | null = null
const listeners = new Set<() => void>()

export function showOverlay(next: Overlay | null): void {
  shown = next
  pauseKeys(next !== null)
  for (const listener of listeners) listener()
}

/** Asks over any page for the password of whoever is signed in, says why, and goes on when it was right. */
export function askPassword(why: string, then: () => void): void {
  question = { why, then }
  showOverlay('password')
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Stands once in the shell: the commands behind Ctrl or ⌘ with K, the keyboard map behind `?`, and the question for the password. */
export function Overlays() {
  const overlay = useSyncExternalStore(
    subscribe,
    () => shown,
    () => null,
  )
  const [hasKeys] = useHasKeys()
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        // A question that is open is answered first.
        if (shown === 'palette') showOverlay(null)
        else if (document.querySelector('[role="dialog"][data-open], [role="alertdialog"]') === null)
          showOverlay('palette')
      } else if (event.key === '?' && hasKeys && !isElsewhere(event)) {
        event.preventDefault()
        showOverlay('keys')
      }
    }
    document.addEventListener('keydown', listen)
    const timer = setTimeout(() => void Promise.all([loadPalette(), loadKeys()]).catch(() => undefined), restMs)
    return () => {
      document.removeEventListener('keydown', listen)
      clearTimeout(timer)
    }
  }, [hasKeys])
  const close = () => showOverlay(null)
  return (
    <>
      {overlay === 'palette' ? <Palette onClose={close} /> : null}
      {overlay === 'password' && question !== null ? (
        <PasswordDialog
          why={question.why}
          onClose={close}
          onDone={() => {
            close()
            question?.then()
          }}
        />
      ) : null}
      {overlay === 'keys' ? <KeysDialog isOpen onClose={close} /> : null}
    </>
  )
}
