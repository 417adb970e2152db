'use client'

import { type FormEvent, useState } from 'react'
import { TypedTwice } from '@/components/admins/new-password'
import { CodeField } from '@/components/login/code-field'
import { PasswordField } from '@/components/login/password-field'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { ProblemNote } from '@/components/ui/problem-note'
import { showToast } from '@/components/ui/toast'
import { ApiProblem, type Method, send } from '@/lib/client/api'
import { Nothing } from '@/lib/contract/login'

/** Sends what a form says, once at a time, and keeps what was wrong with it. */
function useForm(method: Method, path: string, onDone: () => void) {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const submit = async (body: unknown) => {
    setBusy(true)
    setProblem(null)
    try {
      await send(method, path, Nothing, body)
      onDone()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
      setBusy(false)
    }
  }
  return { isBusy, problem, submit }
}

/** From the old password to a new one. This session goes on, all others of theirs end. */
export function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const { username } = useConsole().me
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const { isBusy, problem, submit } = useForm('PUT', '/api/account/password', () => {
    showToast({ title: 'Your password is changed', detail: 'Your sessions on other devices have ended.' })
    onClose()
  })
  const isTold = problem?.faults.some(({ pointer }) => pointer === '/newPassword') === true
  const change = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    void submit({ password: new FormData(event.currentTarget).get('password'), newPassword: password })
  }
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="Change your password"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="change-password"
            disabled={isBusy || password === '' || password !== again}
          >
            Change password
          </Button>
        </>
      }
    >
      <form id="change-password" className="flex flex-col gap-4" onSubmit={change}>
        <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
        <PasswordField label="Password until now" name="password" autoComplete="current-password" required />
        <TypedTwice {...{ password, setPassword, again, setAgain, problem }} pointer="/newPassword" />
        {problem === null || isTold ? null : <ProblemNote title={problem.title}>{problem.detail}</ProblemNote>}
      </form>
    </Dialog>
  )
}

/** Takes the second factor off one's own account. */
export function SwitchOffDialog({ onClose }: { onClose: () => void }) {
  const { username } = useConsole().me
  const { isBusy, problem, submit } = useForm('POST', '/api/account/factor/removal', () => {
    showToast({ title: 'The second factor is off', detail: 'Your password alone signs you in.' })
    onClose()
  })
  const switchOff = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    void submit({ password: fields.get('password'), code: fields.get('code') })
  }
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="Switch the second factor off?"
      description="Your password alone will sign you in. The recovery codes open nothing any more."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" form="switch-off" disabled={isBusy}>
            Switch off
          </Button>
        </>
      }
    >
      <form id="switch-off" className="flex flex-col gap-4" onSubmit={switchOff}>
        <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
        <PasswordField label="Password" name="password" autoComplete="current-password" required />
        <CodeField />
        {problem === null ? null : <ProblemNote title={problem.title}>{problem.detail}</ProblemNote>}
      </form>
    </Dialog>
  )
}
