import { ArrowLeft } from 'lucide-react'
import Link from 'next/link'
import { SessionDetail } from './session-detail'

/** One session as a page of its own, with a way to all of them. */
export function SessionPageView({ handle }: { handle: string }) {
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-3xl pt-2">
        <Link
          href="/sessions"
          prefetch={false}
          className="ml-3 inline-flex h-control items-center gap-1.5 rounded-md px-2 text-sm text-muted hover:text-ink"
        >
          <ArrowLeft aria-hidden className="size-4" /> All sessions
        </Link>
        <SessionDetail handle={handle} headingLevel={1} />
      </div>
    </div>
  )
}
