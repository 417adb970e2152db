'use client'

import { Dialog } from '@/components/ui/dialog'
import { type KeyLine, useKeyLines } from './keys'
import { useHasKeys } from './use-has-keys'

const everywhere: readonly KeyLine[] = [
  { keys: ['Ctrl K', '⌘ K'], means: 'Commands: every page, every deed' },
  { keys: ['Esc'], means: 'Close what is open' },
  { keys: ['?'], means: 'These keys' },
]

/** The keyboard map: what works on this page and everywhere, and the switch for single keys. */
export function KeysDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const lines = useKeyLines()
  const [hasKeys, setHasKeys] = useHasKeys()
  return (
    <Dialog isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} title="Keys">
      {lines.length === 0 ? null : <Lines title="On this page" lines={lines} />}
      <Lines title="Everywhere" lines={everywhere} />
      <label className="mt-5 flex min-h-control items-center gap-2 border-t pt-4 text-sm">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={hasKeys}
          onChange={(event) => setHasKeys(event.target.checked)}
        />
        Use single-key shortcuts
      </label>
    </Dialog>
  )
}

function Lines({ title, lines }: { title: string; lines: readonly KeyLine[] }) {
  return (
    <section className="mb-4 last-of-type:mb-0">
      <h3 className="mb-2 text-xs font-medium text-faint">{title}</h3>
      <dl className="grid grid-cols-[104px_1fr] items-center gap-x-4 gap-y-2 text-sm">
        {lines.map(({ keys, means }) => (
          <div key={means} className="contents">
            <dt className="flex flex-wrap gap-1">
              {keys.map((one) => (
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
    </section>
  )
}
