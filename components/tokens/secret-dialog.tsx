'use client'

import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { ProblemNote } from '@/components/ui/problem-note'
import { sayTime } from '@/components/ui/words'
import type { TokenCreated } from '@/lib/contract/token'

/** Shows a new token, this once. A press beside it does not close it: what is gone cannot be shown again. */
export function SecretDialog({ created, onClose }: { created: TokenCreated; onClose: () => void }) {
  const { token, secret } = created
  return (
    <Dialog
      isOpen
      onOpenChange={() => undefined}
      title={`Copy the token ${token.name} now`}
      description={`It is good until ${sayTime(token.expiresAt)}.`}
      footer={
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNote tone="warning" title="It is shown this once">
          Only its hash is kept. Whoever holds it acts as {token.role}: keep it like a password.
        </ProblemNote>
        <div className="flex flex-wrap items-center justify-between gap-2 rounded-md border bg-sunken py-1.5 pr-1.5 pl-3">
          <output aria-label="Token" className="min-w-0 flex-1 font-mono text-sm wrap-anywhere select-all">
            {secret}
          </output>
          <CopyButton text={secret} label="Copy token" />
        </div>
        <p className="text-sm text-muted">
          Send it as <code className="font-mono text-xs">Authorization: Bearer</code> and the token.
        </p>
      </div>
    </Dialog>
  )
}
