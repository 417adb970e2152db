import { LogOut, RefreshCw } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { TimeAgo } from '@/components/ui/time-ago'
import { VisibleText } from '@/components/ui/visible-text'
import { sayBytes, sayCount } from '@/components/ui/words'
import type { DemoSession } from '@/lib/contract/demo'
import { TimeLeft } from './time-left'

export type Shopper = NonNullable<DemoSession['shopper']>

type SessionCardProps = {
  shopper: Shopper
  isStale: boolean
  onView: () => void
  onSignOut: () => void
}

/** The shopper's own session, live: what an operator sees of it too. */
export function SessionCard({ shopper, isStale, onView, onSignOut }: SessionCardProps) {
  return (
    <section aria-labelledby="session" className="rounded-lg border border-line bg-raised p-4">
      <div className="flex items-center justify-between gap-3">
        <h2 id="session" className="text-lg font-semibold">
          Your session
        </h2>
        <Badge tone={isStale ? 'stale' : 'live'}>{isStale ? 'Not confirmed' : 'Live'}</Badge>
      </div>
      <p className="mt-1 text-sm text-muted wrap-anywhere">
        Signed in as{' '}
        <span className="font-medium text-ink">
          <VisibleText text={shopper.name} />
        </span>
      </p>

      <p className="mt-4 text-xs text-muted">Ends without a visit in</p>
      <TimeLeft expiresAt={shopper.expiresAt} />

      <dl className="mt-4 grid grid-cols-3 gap-2 text-sm">
        <Fact name="Age">
          <TimeAgo at={shopper.createdAt} />
        </Fact>
        <Fact name="Size">{sayBytes(shopper.sizeBytes)}</Fact>
        <Fact name="Page views">{sayCount(shopper.views)}</Fact>
      </dl>

      <div className="mt-4 flex flex-wrap gap-2">
        <Button onClick={onView}>
          <RefreshCw aria-hidden className="size-4" />
          View a page
        </Button>
        <Button look="quiet" onClick={onSignOut}>
          <LogOut aria-hidden className="size-4" />
          Sign out
        </Button>
      </div>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  )
}
