'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { ProblemNote } from '@/components/ui/problem-note'
import { showToast } from '@/components/ui/toast'
import { ApiProblem, send } from '@/lib/client/api'
import { refresh } from '@/lib/client/resource'
import { EndAnswer } from '@/lib/contract/console-session'
import type { TokenRow } from '@/lib/contract/token'

/** Asks before a token is revoked: what uses it fails at its next call, and nothing brings it back. */
export function RevokeDialog({ token, onClose }: { token: TokenRow; onClose: () => void }) {
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const revoke = async () => {
    setSending(true)
    try {
      const answer = await send('DELETE', `/api/tokens/${token.name}`, EndAnswer)
      if (answer?.outcome === 'done' || answer?.outcome === 'already-gone') {
        showToast({ title: `${token.name} is revoked`, detail: answer.reason })
        onClose()
      } else setProblem(answer?.reason ?? 'It is not known whether it was revoked.')
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error.detail : 'The page itself failed. Reload it.')
    }
    setSending(false)
    refresh('/api/tokens')
  }
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Revoke the token ${token.name}?`}
      description={
        token.state === 'active'
          ? 'Scripts that use it are refused from their next call on. This cannot be undone.'
          : 'It opens nothing any more. This takes it off the list and frees its name.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" disabled={isSending} onClick={() => void revoke()}>
            Revoke 1 token
          </Button>
        </>
      }
    >
      {problem === null ? null : <ProblemNote title="That did not work">{problem}</ProblemNote>}
    </Dialog>
  )
}
