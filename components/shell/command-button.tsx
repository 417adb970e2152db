'use client'

import { Search } from 'lucide-react'
import { showOverlay } from './overlays'

/** The way to the commands for whoever does not know the key. On phones it stands under More. */
export function CommandButton() {
  return (
    <button
      type="button"
      title="Commands (Ctrl or ⌘ K)"
      aria-label="Commands"
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={() => showOverlay('palette')}
      className="flex h-9 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-raised px-2.5 text-sm text-faint transition-colors duration-quick hover:text-ink max-lg:justify-center max-lg:border-transparent max-lg:bg-transparent max-lg:px-0 max-md:hidden pointer-coarse:min-h-11"
    >
      <Search aria-hidden className="size-4 shrink-0" />
      <span className="flex-1 text-left max-lg:sr-only">Commands</span>
      <kbd aria-hidden className="rounded border px-1 font-mono text-xs max-lg:hidden">
        Ctrl K
      </kbd>
    </button>
  )
}
