'use client'

import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { sayClock, sayCount, sayMany } from '@/components/ui/words'
import type { ApiProblem } from '@/lib/client/api'
import type { AuditPage } from '@/lib/contract/audit'

/** For a role that may not read the audit and came by an address. */
export function NotYoursFace({ role }: { role: string }) {
  return (
    <EmptyState isWholePage title="The audit is for operators and admins">
      <title>Audit · Rollcall</title>
      <p>You are signed in as {role}. Ask an admin if you need to see who did what.</p>
    </EmptyState>
  )
}

/** Says above the rows what they are not: true now, whole, or readable. Nothing where they are all that. */
export function TruthNote({ page, problem }: { page: AuditPage; problem: ApiProblem | null }) {
  return (
    <div className="space-y-2 px-4 pb-3 empty:hidden md:px-6">
      {problem === null ? null : (
        <ProblemNote
          tone="warning"
          title={problem.code === 'source-unavailable' ? problem.detail : `${problem.title}.`}
        >
          <span suppressHydrationWarning>This is as of {sayClock(page.now)}. This page keeps trying.</span>
        </ProblemNote>
      )}
      {page.unreadable === 0 ? null : (
        <ProblemNote title={`${sayMany(page.unreadable, 'entry', 'entries')} could not be read`}>
          Not as this Rollcall writes them: from another version, or edited. <code>npm run audit:verify</code> tells.
        </ProblemNote>
      )}
      {page.isComplete ? null : (
        <p className="text-sm text-muted">
          Shown from the newest {sayCount(page.lookedAt)} entries. Older ones are in the stream and in the server’s own
          output.
        </p>
      )}
    </div>
  )
}

/** No row: nothing was ever done, or the filter leaves none, or the page lies beyond the end. */
export function NothingFace({ page, isFiltered, clear }: { page: AuditPage; isFiltered: boolean; clear: () => void }) {
  if (isFiltered || page.page > 1) {
    return (
      <EmptyState title={page.total > 0 ? 'There is no such page' : 'No entry matches'}>
        <p>{page.isComplete ? 'Nothing in the audit fits here.' : 'Nothing in the newest entries fits here.'}</p>
        <Button onClick={clear}>{isFiltered ? 'Clear the filter' : 'Show the newest'}</Button>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="Nothing is recorded yet">
      <p>Every sign-in and every deed on a session appears here, with who did it and how it ended.</p>
    </EmptyState>
  )
}

/** Nothing was ever read: what is wrong, and that the page goes on trying. */
export function ProblemFace({ problem }: { problem: ApiProblem }) {
  return (
    <div className="mx-auto max-w-xl px-4 py-10">
      <ProblemNote title={problem.title}>
        <p>{problem.detail}</p>
        <p>This page keeps trying and shows the audit as soon as it can be read.</p>
      </ProblemNote>
    </div>
  )
}
