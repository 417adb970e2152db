'use client'

import { type FormEvent, useState } from 'react'
import { CodeField } from '@/components/login/code-field'
import { PasswordField } from '@/components/login/password-field'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { ProblemNote } from '@/components/ui/problem-note'
import { useAction } from '@/lib/client/action'
import { FactorOffer, RecoveryCodes } from '@/lib/contract/account'
import { QrCode } from './qr-code'

/** From the password over a secret and its first code to the recovery codes, which stand on the page until this is closed and nowhere else. */
export function SwitchOnDialog({ onClose }: { onClose: () => void }) {
  const { username } = useConsole().me
  const begin = useAction<unknown, FactorOffer>('POST', '/api/account/factor', FactorOffer)
  const confirm = useAction<unknown, RecoveryCodes>('PUT', '/api/account/factor', RecoveryCodes)
  const [offer, setOffer] = useState<FactorOffer | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  if (codes !== null) return <CodesDialog codes={codes} onClose={onClose} />

  const { problem, isRunning } = offer === null ? begin : confirm
  const goOn = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    if (offer === null) return setOffer(await begin.run({ password: fields.get('password') }))
    const answer = await confirm.run({ enrolment: offer.enrolment, code: fields.get('code') })
    setCodes(answer?.recoveryCodes ?? null)
  }
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="Set up a second factor"
      description={
        offer === null
          ? 'You need an authenticator app on a phone, or a password manager that makes codes.'
          : 'Scan the picture with your authenticator, or type the secret into it. Then enter the code that it shows.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="switch-on" disabled={isRunning}>
            {offer === null ? 'Go on' : 'Switch on'}
          </Button>
        </>
      }
    >
      <form id="switch-on" className="flex flex-col gap-4" onSubmit={(event) => void goOn(event)}>
        {offer === null ? (
          <>
            <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
            <PasswordField label="Your password" name="password" autoComplete="current-password" autoFocus required />
          </>
        ) : (
          <>
            <QrCode text={offer.uri} />
            <div className="flex flex-wrap items-center justify-between gap-2 rounded-md border bg-sunken py-1.5 pr-1.5 pl-3">
              <output aria-label="Secret" className="min-w-0 flex-1 font-mono text-sm wrap-anywhere select-all">
                {offer.secret.replace(/.{4}(?!$)/g, '$& ')}
              </output>
              <CopyButton text={offer.secret} label="Copy secret" />
            </div>
            <CodeField hint="Six figures. Each is good for half a minute." />
          </>
        )}
        {problem === null ? null : <ProblemNote title={problem.title}>{problem.detail}</ProblemNote>}
      </form>
    </Dialog>
  )
}

/** A press beside it does not close it: what is gone cannot be shown again. */
function CodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  return (
    <Dialog
      isOpen
      onOpenChange={() => undefined}
      title="The second factor is on"
      description="Keep these recovery codes where you find them without your phone. Each signs you in once in place of a code."
      footer={
        <>
          <CopyButton text={codes.join('\n')} label="Copy all" />
          <Button look="primary" onClick={onClose}>
            I have kept them
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNote tone="warning" title="They are shown this once">
          Without your authenticator and these codes, only another admin can let you in again.
        </ProblemNote>
        <ol
          aria-label="Recovery codes"
          className="grid grid-cols-2 gap-x-4 gap-y-1 rounded-md border bg-sunken px-3 py-2 font-mono text-sm max-sm:grid-cols-1"
        >
          {codes.map((code) => (
            <li key={code} className="select-all">
              {code}
            </li>
          ))}
        </ol>
      </div>
    </Dialog>
  )
}
