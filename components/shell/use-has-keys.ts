import { useSyncExternalStore } from 'react'

const storeKey = 'rollcall-keys'
const changed = 'rollcall-keys-changed'

/** Whether single keys do something; a person may switch them off. */
export function useHasKeys(): [boolean, (hasKeys: boolean) => void] {
  const hasKeys = useSyncExternalStore(
    (listener) => {
      window.addEventListener(changed, listener)
      return () => window.removeEventListener(changed, listener)
    },
    () => window.localStorage.getItem(storeKey) !== 'off',
    () => true,
  )
  const set = (on: boolean) => {
    window.localStorage.setItem(storeKey, on ? 'on' : 'off')
    window.dispatchEvent(new Event(changed))
  }
  return [hasKeys, set]
}
