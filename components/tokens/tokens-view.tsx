'use client'

import { Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { sayCount } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { TokenList, type TokenRow } from '@/lib/contract/token'
import { TokenTable } from './token-table'

const CreateDialog = dynamic(() => import('./create-dialog').then((part) => part.CreateDialog), { ssr: false })
const RevokeDialog = dynamic(() => import('./revoke-dialog').then((part) => part.RevokeDialog), { ssr: false })

/** The page of API tokens: which there are, and how to make and revoke one. */
export function TokensView({ fallback }: { fallback: TokenList | null }) {
  const { data, problem } = useResource('/api/tokens', TokenList, { everyMs: 2000, fallback: fallback ?? undefined })
  const [isCreating, setCreating] = useState(false)
  const [doomed, setDoomed] = useState<TokenRow | null>(null)
  const active = data?.rows.filter(({ state }) => state === 'active').length ?? 0
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden className="size-4" /> Create token
    </Button>
  )
  return (
    <div className="h-full overflow-y-auto pb-10">
      <header className="flex flex-wrap items-end justify-between gap-3 px-4 pt-4 pb-4 md:px-6 md:pt-5">
        <div>
          <title>API tokens · Rollcall</title>
          <h1 className="text-sm font-medium text-muted">API tokens</h1>
          <p className="flex items-baseline gap-2">
            <span className={`text-2xl font-semibold tracking-tight ${data === undefined ? 'text-faint' : ''}`}>
              {data === undefined ? '–' : sayCount(active)}
            </span>
            <span className="text-sm text-muted">active, for scripts that ask the API</span>
          </p>
        </div>
        {data === undefined || data.rows.length > 0 ? create : null}
      </header>
      {problem === null ? null : (
        <div className="max-w-3xl px-4 pb-4 md:px-6">
          <ProblemNote title={problem.title} tone={data === undefined ? 'danger' : 'warning'}>
            {problem.detail} {data === undefined ? '' : 'What stands here may be old.'} This page keeps trying.
          </ProblemNote>
        </div>
      )}
      {data === undefined ? (
        problem === null && <Skeleton className="mx-4 h-28 md:mx-6" />
      ) : data.rows.length === 0 ? (
        <EmptyState title="No token yet">
          <p>A token lets a script ask the API in its own name, with a role and an end of its own.</p>
          {create}
        </EmptyState>
      ) : (
        <TokenTable rows={data.rows} onRevoke={setDoomed} isDimmed={problem !== null} />
      )}
      {isCreating ? <CreateDialog onClose={() => setCreating(false)} /> : null}
      {doomed === null ? null : <RevokeDialog token={doomed} onClose={() => setDoomed(null)} />}
    </div>
  )
}
