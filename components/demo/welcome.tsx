'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { DemoLogin } from '@/lib/contract/demo'

type WelcomeProps = { onSignIn: (name: string) => void; isBusy: boolean; problem: string | null }

/** The way in: any name will do. */
export function Welcome({ onSignIn, isBusy, problem }: WelcomeProps) {
  const [fault, setFault] = useState<string | null>(null)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const parsed = DemoLogin.safeParse({ name: new FormData(event.currentTarget).get('name') })
    setFault(parsed.success ? null : 'A name of 1 to 60 characters, please.')
    if (parsed.success && !isBusy) onSignIn(parsed.data.name)
  }

  return (
    <section
      aria-labelledby="welcome"
      className="grid gap-8 rounded-lg border border-line bg-raised p-5 sm:p-8 lg:grid-cols-[1fr_340px] lg:items-center"
    >
      <div>
        <h2 id="welcome" className="text-xl font-semibold sm:text-2xl">
          Come in, the sessions are fresh
        </h2>
        <p className="mt-2 max-w-[52ch] text-muted">
          Nothing here is for sale. But the session you get is real: kept in Redis by the same store library that your
          application can use, and on the dashboard the moment you sign in.
        </p>
        <ol className="mt-4 flex list-decimal flex-col gap-1.5 pl-5 text-sm marker:text-accent">
          <li>Sign in with any name.</li>
          <li>Open the dashboard in another window and find yourself.</li>
          <li>Revoke your session there, and watch this page.</li>
        </ol>
      </div>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4 rounded-md bg-accent-soft p-4">
        <Field
          label="Your name"
          name="name"
          autoComplete="off"
          maxLength={60}
          hint="Any name; there is no password."
          problem={fault ?? problem}
        />
        <Button type="submit" look="primary" aria-disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in to the shop'}
        </Button>
      </form>
    </section>
  )
}
