'use client'

import { Check } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { MenuItem } from '@/components/ui/menu'

/** Read again by the script in `app/layout.tsx` before the first paint. */
const storeKey = 'rollcall-theme'
const changed = 'rollcall-theme-changed'
export const themes = [
  { id: 'system', label: 'As the system' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
] as const

/** The three choices of a theme, as items of a menu. */
export function ThemeItems() {
  const theme = useSyncExternalStore(
    (listener) => {
      window.addEventListener(changed, listener)
      return () => window.removeEventListener(changed, listener)
    },
    () => document.documentElement.dataset.theme ?? 'system',
    () => 'system',
  )
  return themes.map(({ id, label }) => (
    <MenuItem key={id} closeOnClick={false} onClick={() => setTheme(id)} aria-current={theme === id || undefined}>
      <span className="flex-1">{label}</span>
      {theme === id ? <Check aria-hidden className="size-4" /> : null}
    </MenuItem>
  ))
}

/** Changes the theme of this browser, now and for later. */
export function setTheme(theme: (typeof themes)[number]['id']): void {
  if (theme === 'system') {
    delete document.documentElement.dataset.theme
    window.localStorage.removeItem(storeKey)
  } else {
    document.documentElement.dataset.theme = theme
    window.localStorage.setItem(storeKey, theme)
  }
  window.dispatchEvent(new Event(changed))
}
