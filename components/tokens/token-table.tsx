'use client'

import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { roleLabels } from '@/components/ui/role-labels'
import { cellClass, headClass } from '@/components/ui/table'
import { TimeAgo } from '@/components/ui/time-ago'
import { TimeLeft } from '@/components/ui/time-left'
import { Hint } from '@/components/ui/tooltip'
import { VisibleText } from '@/components/ui/visible-text'
import type { TokenRow } from '@/lib/contract/token'
import { stateWords } from './words'

/** Columns that a narrow screen has no room for; their words then stand under the name. */
const wide = 'max-lg:hidden'
const middle = 'max-md:hidden'

type TokenTableProps = { rows: TokenRow[]; onRevoke: (token: TokenRow) => void; isDimmed: boolean }

/** All tokens, the newest first. */
export function TokenTable({ rows, onRevoke, isDimmed }: TokenTableProps) {
  return (
    <table
      aria-label="API tokens"
      className={`w-full border-separate border-spacing-0 text-sm ${isDimmed ? 'grayscale' : ''}`}
    >
      <thead>
        <tr>
          <th scope="col" className={headClass}>
            Name
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Role
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Expires
          </th>
          <th scope="col" className={`${headClass} ${middle}`}>
            Last used
          </th>
          <th scope="col" className={`${headClass} ${wide}`}>
            Created
          </th>
          <th scope="col" className={headClass}>
            <span className="sr-only">Deeds</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((token) => (
          <Row key={token.name} token={token} onRevoke={onRevoke} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ token, onRevoke }: { token: TokenRow; onRevoke: (token: TokenRow) => void }) {
  const { label, tone, hint } = stateWords[token.state]
  return (
    <tr className="hover:bg-sunken">
      <td className={`${cellClass} min-w-0`}>
        <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <span className="font-mono font-medium wrap-anywhere">{token.name}</span>
          <Hint text={() => hint}>
            <button type="button" className="rounded-full">
              <Badge tone={tone}>{label}</Badge>
            </button>
          </Hint>
        </span>
        <span className="block text-xs text-muted md:hidden">
          {roleLabels[token.role]} · <Expiry token={token} />
        </span>
        <span className="block text-xs text-muted md:hidden">
          <LastUse token={token} verb="Used" />
        </span>
        <span className="block text-xs text-muted lg:hidden">
          Created by <Created token={token} />
        </span>
      </td>
      <td className={`${cellClass} ${middle}`}>{roleLabels[token.role]}</td>
      <td className={`${cellClass} ${middle} whitespace-nowrap`}>
        <Expiry token={token} />
      </td>
      <td className={`${cellClass} ${middle}`}>
        <LastUse token={token} />
      </td>
      <td className={`${cellClass} ${wide} max-w-64 text-muted`}>
        By <Created token={token} />
      </td>
      <td className={`${cellClass} w-px text-right`}>
        <Button look="danger-quiet" onClick={() => onRevoke(token)} aria-label={`Revoke ${token.name}`}>
          Revoke
        </Button>
      </td>
    </tr>
  )
}

function Expiry({ token }: { token: TokenRow }) {
  if (token.state === 'expired') return <span className="text-faint">Ended</span>
  return (
    <>
      In <TimeLeft at={token.expiresAt} />
    </>
  )
}

function LastUse({ token, verb = '' }: { token: TokenRow; verb?: string }) {
  if (token.lastUsedAt === null) return <span className="text-faint">{verb === '' ? 'Never' : 'Never used'}</span>
  return (
    <>
      {verb} <TimeAgo at={token.lastUsedAt} /> ago
      {token.lastUsedIp === null ? null : <span className="font-mono text-xs text-muted"> {token.lastUsedIp}</span>}
    </>
  )
}

function Created({ token }: { token: TokenRow }) {
  return (
    <>
      <span className="wrap-anywhere">
        <VisibleText text={token.createdBy} />
      </span>
      , <TimeAgo at={token.createdAt} /> ago
    </>
  )
}
