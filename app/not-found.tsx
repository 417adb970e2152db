import Link from 'next/link'
import { buttonClass } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <title>Not found · Rollcall</title>
      <EmptyState isWholePage title="There is no page here">
        <p>The address may be cut short, or the page has moved.</p>
        <Link href="/sessions" prefetch={false} className={buttonClass('primary')}>
          Go to the sessions
        </Link>
      </EmptyState>
    </main>
  )
}
