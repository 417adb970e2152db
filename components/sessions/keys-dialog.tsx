'use client'

import { LazyDialog } from '@/components/ui/lazy-dialog'
import { useHasKeys } from './use-has-keys'

const keys = [
  ['/', 'Search'],
  ['j  k', 'Next and previous session'],
  ['Enter', 'Open the session'],
  ['x', 'Select it'],
  ['e', 'Extend it'],
  ['r', 'Revoke it, or what is selected'],
  ['u', 'Undo the last revoke'],
  ['Esc', 'Close, or drop the selection'],
  ['?', 'These keys'],
] as const

export function KeysDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [hasKeys, setHasKeys] = useHasKeys()
  return (
    <LazyDialog isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} title="Keys">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-sm">
        {keys.map(([key, means]) => (
          <div key={key} className="contents">
            <dt className="flex gap-1">
              {key.split('  ').map((one) => (
                <kbd
                  key={one}
                  className="min-w-6 rounded border border-line-strong px-1.5 text-center font-mono text-xs leading-5"
                >
                  {one}
                </kbd>
              ))}
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <label className="mt-5 flex min-h-control items-center gap-2 border-t pt-4 text-sm">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={hasKeys}
          onChange={(event) => setHasKeys(event.target.checked)}
        />
        Use single-key shortcuts
      </label>
    </LazyDialog>
  )
}
