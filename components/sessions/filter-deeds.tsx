import { Ellipsis } from 'lucide-react'
import type { JobRequest } from '@/components/jobs/job-dialog'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import { sayCount } from '@/components/ui/words'
import type { SessionFilter } from '@/lib/contract/session'

type FilterDeedsProps = {
  total: number
  filter: SessionFilter
  can: { extend: boolean; revoke: boolean }
  ask: (request: JobRequest) => void
}

/** What can be done with everything that the filter leaves, without selecting it first. */
export function FilterDeeds({ total, filter, can, ask }: FilterDeedsProps) {
  return (
    <Menu
      align="end"
      trigger={
        <Button look="quiet" isIcon aria-label="Act on all that match" title="Act on all that match">
          <Ellipsis aria-hidden className="size-4" />
        </Button>
      }
    >
      <p className="px-2 pt-1 pb-1.5 text-xs text-faint">All {sayCount(total)} that match</p>
      {can.extend ? <MenuItem onClick={() => ask({ deed: 'extend', filter })}>Extend…</MenuItem> : null}
      {can.extend ? <MenuItem onClick={() => ask({ deed: 'give-expiry', filter })}>Give an end…</MenuItem> : null}
      {can.revoke ? (
        <MenuItem className="text-danger" onClick={() => ask({ deed: 'revoke', filter })}>
          Revoke…
        </MenuItem>
      ) : null}
    </Menu>
  )
}
