'use client'

import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { SkeletonRows } from '@/components/ui/skeleton-rows'
import type { Opened } from './use-search'

/** Instead of the rows, while it is not known what a saved view shows: on its way, gone, not understood, or not to be had now. */
export function OpenedFace({ opened, clear }: { opened: Opened; clear: () => void }) {
  switch (opened.state) {
    case 'none':
    case 'open':
      return null
    case 'pending':
      return <SkeletonRows />
    case 'problem':
      return (
        <div className="mx-auto max-w-xl px-4 py-10">
          <ProblemNote title="This view cannot be opened now">
            <p>{opened.problem.detail}</p>
            <p>It is not lost: this page keeps trying and opens it as soon as it can be read.</p>
          </ProblemNote>
        </div>
      )
    case 'gone':
    case 'unclear':
      return (
        <EmptyState title={opened.state === 'gone' ? 'You have no such view' : 'This view is no longer understood'}>
          <p>
            {opened.state === 'gone'
              ? 'It was deleted, or another admin keeps it.'
              : 'The search that it keeps has a term that this version does not know.'}
          </p>
          <Button onClick={clear}>Show everything</Button>
        </EmptyState>
      )
  }
}
