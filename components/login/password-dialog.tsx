'use client'

import { type FormEvent, useState } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { ApiProblem, send } from '@/lib/client/api'
import { Nothing } from '@/lib/contract/login'
import { ElsewhereDialog } from './elsewhere-dialog'
import { PasswordField } from './password-field'

type PasswordDialogProps = { why: string; onClose: () => void; onDone: () => void }

/** Asks whoever is signed in to prove again who they are: with their password, or where they signed in. */
export function PasswordDialog(props: PasswordDialogProps) {
  return useConsole().me.by === 'password' ? <OwnPassword {...props} /> : <ElsewhereDialog {...props} />
}

/** A new console session takes the place of the one they had, and the page stays. */
function OwnPassword({ why, onClose, onDone }: PasswordDialogProps) {
  const { username } = useConsole().me
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)

  async function confirm(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const password = new FormData(event.currentTarget).get('password')
    setBusy(true)
    setRefusal(null)
    try {
      await send('POST', '/api/login', Nothing, { username, password })
      onDone()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setRefusal(error.code === 'unauthenticated' ? 'That is not the password.' : error.detail)
      setBusy(false)
    }
  }

  return (
    <Dialog
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Your password, please"
      description={why}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="password-again" disabled={isBusy}>
            Go on
          </Button>
        </>
      }
    >
      <form id="password-again" className="flex flex-col gap-3" onSubmit={(event) => void confirm(event)}>
        <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
        <PasswordField label={`Password of ${username}`} name="password" autoComplete="current-password" required />
        {refusal === null ? null : (
          <p role="alert" className="text-sm text-danger">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  )
}
