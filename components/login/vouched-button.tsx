'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { ProblemNote } from '@/components/ui/problem-note'
import { visibleString } from '@/components/ui/visible-text'
import { ApiProblem, send } from '@/lib/client/api'
import { withBasePath } from '@/lib/client/base-path'
import { Nothing } from '@/lib/contract/login'

/** Signs in as the proxy says. Nobody is signed in without pressing it, so that signing out is for good. */
export function VouchedButton({ person, next }: { person: string; next: string }) {
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<{ title: string; detail: string } | null>(null)

  async function signIn() {
    setBusy(true)
    setRefusal(null)
    try {
      await send('POST', '/api/login/proxy', Nothing)
      window.location.replace(withBasePath(next))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setRefusal(error)
      setBusy(false)
    }
  }

  return (
    <>
      {refusal === null ? null : <ProblemNote title={refusal.title}>{refusal.detail}</ProblemNote>}
      <Button disabled={isBusy} onClick={() => void signIn()} className="h-auto min-h-control py-1 whitespace-normal">
        <span className="min-w-0 wrap-anywhere">Continue as {visibleString(person)}</span>
      </Button>
    </>
  )
}
