'use client'

import { useState } from 'react'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { useAction } from '@/lib/client/action'
import { refresh, useResource } from '@/lib/client/resource'
import { type DemoItem, type DemoLogin, type DemoPurchase, DemoSession } from '@/lib/contract/demo'
import { Basket } from './basket'
import { EndedNote, type Ending } from './ended-note'
import { products } from './products'
import { SessionCard, type Shopper } from './session-card'
import { Shelves } from './shelves'
import { type Told, ToldCalls } from './told-calls'
import { Welcome } from './welcome'

const path = '/api/demo'
const mostTold = 3
/** Redis and this page need not agree to the millisecond on when a session was over. */
const toleranceMs = 1_500

/** The shop as a visitor sees it: asks each second whether their session still lives, and says so when it does not. */
export function CornerShop() {
  const { data, problem, isLoading } = useResource(path, DemoSession)
  const signIn = useAction<DemoLogin, DemoSession>('POST', path, DemoSession)
  const buy = useAction<DemoPurchase, DemoSession>('PUT', path, DemoSession)
  const view = useAction<undefined, DemoSession>('GET', path, DemoSession)
  const signOut = useAction<undefined, DemoSession>('DELETE', path, DemoSession)
  const [told, setTold] = useState<Told[]>([])
  const [last, setLast] = useState<Shopper | null>(null)

  const shopper = data?.shopper ?? null
  if (shopper !== null && shopper !== last) setLast(shopper)

  async function tell(deed: string, asked: Promise<DemoSession | null>) {
    const answer = await asked
    if (answer)
      setTold((before) => [{ id: (before[0]?.id ?? 0) + 1, deed, calls: answer.calls }, ...before].slice(0, mostTold))
    refresh(path)
  }
  const nameOf = (item: DemoItem) => products.find((product) => product.item === item)?.name ?? item
  const failure = problem ?? buy.problem ?? view.problem ?? signOut.problem

  if (isLoading) return <Loading />
  if (data === undefined) {
    return <ProblemNote title={problem?.title ?? 'The shop is closed'}>{problem?.detail}</ProblemNote>
  }
  if (shopper === null) {
    return (
      <div className="flex flex-col gap-4">
        {failure ? <ProblemNote title={failure.title}>{failure.detail}</ProblemNote> : null}
        {data.hadSession ? <EndedNote ending={endingOf(last, data.now)} /> : null}
        <Welcome
          onSignIn={(name) => void tell('Signed in: a new session, with an end', signIn.run({ name }))}
          isBusy={signIn.isRunning}
          problem={signIn.problem?.detail ?? null}
        />
        <Shelves />
      </div>
    )
  }
  return (
    <div className="flex flex-col gap-4">
      {failure ? (
        <ProblemNote title={failure.title} tone="stale">
          {failure.detail}
        </ProblemNote>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-[1fr_360px] lg:grid-rows-[auto_1fr] lg:gap-x-6">
        <SessionCard
          shopper={shopper}
          isStale={problem !== null}
          onView={() => void tell('A page view: the time begins anew', view.run(undefined))}
          onSignOut={() => void tell('Signed out', signOut.run(undefined))}
        />
        <div className="lg:col-start-1 lg:row-span-2 lg:row-start-1">
          <Shelves
            isBusy={buy.isRunning}
            onBuy={(item) => void tell(`${nameOf(item)} into the basket`, buy.run({ item }))}
          />
        </div>
        <div className="flex flex-col gap-4">
          <Basket items={shopper.basket} />
          <ToldCalls told={told} />
        </div>
      </div>
    </div>
  )
}

function endingOf(last: Shopper | null, now: number): Ending {
  if (last === null) return 'unknown'
  return last.expiresAt !== null && now >= last.expiresAt - toleranceMs ? 'ran-out' : 'revoked'
}

function Loading() {
  return (
    <div aria-busy="true" className="rounded-lg border border-line bg-raised p-5 sm:p-8">
      <p className="sr-only">The shop opens.</p>
      <Skeleton className="h-7 w-64 max-w-full" />
      <Skeleton className="mt-4 h-4 w-96 max-w-full" />
      <Skeleton className="mt-2 h-4 w-80 max-w-full" />
      <Skeleton className="mt-6 h-24 w-full" />
    </div>
  )
}
