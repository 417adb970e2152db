'use client'

import { type FormEvent, useState } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { ApiProblem, send } from '@/lib/client/api'
import { Nothing } from '@/lib/contract/login'
import { CodeField } from './code-field'
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
  const [needsCode, setNeedsCode] = useState(false)

  async function confirm(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const typed = { username, password: fields.get('password') }
    const code = fields.get('code')
    setBusy(true)
    setRefusal(null)
    try {
      await send('POST', '/api/login', Nothing, code ? { ...typed, code } : typed)
      onDone()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      const isAsked = error.code === 'second-factor-required'
      const isFirst = isAsked && !needsCode
      setNeedsCode(isAsked || needsCode)
      setRefusal(isFirst ? null : error.code === 'unauthenticated' ? 'That is not the password.' : error.detail)
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
        {needsCode ? <CodeField /> : null}
        {refusal === null ? null : (
          <p role="alert" className="text-sm text-danger">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  )
}
