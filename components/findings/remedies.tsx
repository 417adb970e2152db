'use client'

import type { JobRequest } from '@/components/jobs/job-dialog'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import type { Finding } from '@/lib/contract/finding'
import type { JobDeed } from '@/lib/contract/job'
import { SnoozeButton } from './snooze'

const labels: Record<JobDeed, string> = {
  'give-expiry': 'Give them an end…',
  extend: 'Extend them…',
  revoke: 'End them…',
}

/** What may safely be done to all of a finding's sessions at once: each leads to a preview first; and putting the finding off. */
export function Remedies({ finding, ask }: { finding: Finding; ask: (request: JobRequest) => void }) {
  const { can } = useConsole()
  const { deeds, filter, count } = finding
  const allowed = deeds.filter((deed) => (deed === 'revoke' ? can.revoke : can.extend))
  return (
    <div className="flex flex-wrap gap-2">
      {filter === null || count === 0
        ? null
        : allowed.map((deed) => (
            <Button key={deed} onClick={() => ask({ deed, filter })}>
              {labels[deed]}
            </Button>
          ))}
      {finding.snooze === null ? <SnoozeButton finding={finding} /> : null}
    </div>
  )
}
