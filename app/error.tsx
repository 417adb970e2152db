'use client'

import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'

/** A bug of ours. What is understood is told in place and never comes here. */
export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <title>Something broke · Rollcall</title>
      <EmptyState isWholePage title="This page broke">
        <p>That is a fault in Rollcall, not in your sessions. Nothing was changed in Redis.</p>
        <Button look="primary" onClick={reset}>
          Try again
        </Button>
      </EmptyState>
    </main>
  )
}
