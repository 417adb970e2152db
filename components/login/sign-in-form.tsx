'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { ProblemNote } from '@/components/ui/problem-note'
import { ApiProblem, send } from '@/lib/client/api'
import { withBasePath } from '@/lib/client/base-path'
import { useTicking } from '@/lib/client/clock'
import { Nothing } from '@/lib/contract/login'
import { CodeField } from './code-field'
import { PasswordField } from './password-field'

type Refusal = { title: string; detail: string; until: number | null }

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ApiProblem)) throw error
  const { code, title, detail, retryAfterMs } = error
  if (code === 'unauthenticated') {
    return {
      title: 'Wrong name or password',
      detail: 'Check both and try again. The log of the server says more.',
      until: null,
    }
  }
  if (code === 'invalid') {
    const detail = 'The name or the password is too long, or the code too short.'
    return { title: 'That cannot be a sign-in', detail, until: null }
  }
  if (code === 'second-factor-required') return { title: 'Not that code', detail, until: null }
  if (code === 'too-many') {
    const until = Date.now() + (retryAfterMs ?? 1000)
    return { title: 'Too many attempts', detail: 'Whoever is signed in already stays signed in.', until }
  }
  if (code === 'source-unavailable')
    return { title, detail: 'Signing in needs it too. Try again when it is back.', until: null }
  return { title, detail, until: null }
}

/** Name and password, and a code where the account has a second factor. After signing in the whole page is loaded anew, so nothing of an earlier person is left in it. */
export function SignInForm({ next }: { next: string }) {
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [needsCode, setNeedsCode] = useState(false)
  const password = useRef<HTMLInputElement>(null)
  const until = refusal?.until ?? null
  const waitSeconds = useTicking(() => (until === null ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000))))

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    setBusy(true)
    setRefusal(null)
    try {
      const code = fields.get('code')
      const typed = { username: fields.get('username'), password: fields.get('password') }
      await send('POST', '/api/login', Nothing, code ? { ...typed, code } : typed)
      window.location.replace(withBasePath(next))
    } catch (error) {
      const isAsked = error instanceof ApiProblem && error.code === 'second-factor-required'
      // The first time it is no refusal: the password was right.
      setRefusal(isAsked && !needsCode ? null : refusalOf(error))
      setNeedsCode(isAsked || needsCode)
      setBusy(false)
      if (!isAsked) password.current?.select()
    }
  }

  return (
    // The method keeps the password out of the address even where the script has not come yet.
    <form method="post" onSubmit={signIn} className="flex flex-col gap-4">
      <Field
        label="Name"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
      />
      <PasswordField label="Password" name="password" autoComplete="current-password" ref={password} required />
      {needsCode ? <CodeField /> : null}
      {refusal === null ? null : (
        <ProblemNote title={refusal.title} tone={until === null ? 'danger' : 'warning'}>
          {waitSeconds > 0 ? `Try again in ${waitSeconds} s. ` : null}
          {refusal.detail}
        </ProblemNote>
      )}
      <Button type="submit" look="primary" disabled={isBusy || waitSeconds > 0}>
        {isBusy ? 'Signing in …' : waitSeconds > 0 ? `Wait ${waitSeconds} s` : 'Sign in'}
      </Button>
    </form>
  )
}
