import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { EmptyState } from '@/components/ui/empty-state'
import type { Freshness } from '@/lib/contract/source'

const example = `redis-cli SETEX session:abc123 1800 '{"userId":42,"name":"Alice"}'`

/** No session: an invitation where there is none at all, a way back where the filter leaves none. */
export function NothingFace({
  isFiltered,
  clear,
  freshness,
}: {
  isFiltered: boolean
  clear: () => void
  freshness: Freshness
}) {
  if (freshness.state === 'warming') {
    return <EmptyState title="Looking for sessions">The first look at Redis is still under way.</EmptyState>
  }
  if (isFiltered) {
    return (
      <EmptyState title="No session matches">
        <p>Nothing that lives now fits this filter.</p>
        <Button onClick={clear}>Clear the filter</Button>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="Nobody is signed in">
      <p>As soon as an application writes a session, it appears here. Try it:</p>
      <div className="flex w-full items-center gap-1 rounded-lg border bg-raised py-1 pr-1 pl-3 text-left">
        <code
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrolled by keyboard too
          tabIndex={0}
          className="min-w-0 flex-1 overflow-x-auto font-mono text-xs leading-5 text-ink max-sm:wrap-anywhere sm:whitespace-nowrap"
        >
          {example}
        </code>
        <CopyButton text={example} />
      </div>
    </EmptyState>
  )
}
