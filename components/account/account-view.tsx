'use client'

import dynamic from 'next/dynamic'
import { type ReactNode, useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { ProblemNote } from '@/components/ui/problem-note'
import { roleLabels } from '@/components/ui/role-labels'
import { Skeleton } from '@/components/ui/skeleton'
import { VisibleText } from '@/components/ui/visible-text'
import { sayMany, sayTime } from '@/components/ui/words'
import { refresh, useResource } from '@/lib/client/resource'
import { Account } from '@/lib/contract/account'
import { OwnSessions } from './own-sessions'

const ChangePasswordDialog = dynamic(() => import('./password-dialogs').then((part) => part.ChangePasswordDialog), {
  ssr: false,
})
const SwitchOnDialog = dynamic(() => import('./switch-on-dialog').then((part) => part.SwitchOnDialog), { ssr: false })
const SwitchOffDialog = dynamic(() => import('./password-dialogs').then((part) => part.SwitchOffDialog), { ssr: false })

type Opened = 'password' | 'on' | 'off' | null

/** One's own account in this console. */
export function AccountView({ fallback }: { fallback: Account | null }) {
  const { data, problem } = useResource('/api/account', Account, { everyMs: 5000, fallback: fallback ?? undefined })
  const [opened, setOpened] = useState<Opened>(null)
  const close = () => {
    setOpened(null)
    refresh('/api/account')
  }
  return (
    <div className="h-full overflow-y-auto pb-10">
      <header className="px-4 pt-4 pb-4 md:px-6 md:pt-5">
        <title>Account · Rollcall</title>
        <h1 className="text-sm font-medium text-muted">Account</h1>
        {data === undefined ? null : (
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="text-2xl font-semibold tracking-tight wrap-anywhere">
              <VisibleText text={data.username} />
            </span>
            <span className="text-sm text-muted">{roleLabels[data.role]}</span>
          </p>
        )}
      </header>
      <div className="flex max-w-3xl flex-col gap-4 px-4 md:px-6">
        {problem === null ? null : (
          <ProblemNote title={problem.title} tone={data === undefined ? 'danger' : 'warning'}>
            {problem.detail} This page keeps trying.
          </ProblemNote>
        )}
        {data === undefined ? (
          problem === null && <Skeleton className="h-40" />
        ) : (
          <>
            <PasswordPart account={data} onChange={() => setOpened('password')} />
            {data.hasPassword ? <FactorPart account={data} onOpen={setOpened} /> : null}
            <OwnSessions sessions={data.sessions} />
          </>
        )}
      </div>
      {opened === 'password' ? <ChangePasswordDialog onClose={close} /> : null}
      {opened === 'on' ? <SwitchOnDialog onClose={close} /> : null}
      {opened === 'off' ? <SwitchOffDialog onClose={close} /> : null}
    </div>
  )
}

function PasswordPart({ account, onChange }: { account: Account; onChange: () => void }) {
  if (!account.hasPassword) {
    return <Part title="Password">You sign in elsewhere: this console has no password of yours.</Part>
  }
  if (!account.canChangePassword) {
    return <Part title="Password">It stands in the settings of Rollcall and is changed there.</Part>
  }
  return (
    <Part title="Password" action={<Button onClick={onChange}>Change password</Button>}>
      A new one ends your sessions on other devices.
    </Part>
  )
}

function FactorPart({ account: { factor }, onOpen }: { account: Account; onOpen: (which: Opened) => void }) {
  if (factor === null) {
    return (
      <Part title="Second factor" action={<Button onClick={() => onOpen('on')}>Set up</Button>}>
        Off. With it, signing in also takes a code of an authenticator app: a password that leaked opens nothing.
      </Part>
    )
  }
  const { since, recoveryCodesLeft: left } = factor
  return (
    <Part
      title="Second factor"
      badge={<Badge tone="calm">On</Badge>}
      action={<Button onClick={() => onOpen('off')}>Switch off</Button>}
    >
      Since {sayTime(since)}. {sayMany(left, 'recovery code')} left.
      {left < 3 ? ' To get new ones, switch it off and set it up again.' : ''}
    </Part>
  )
}

type PartProps = { title: string; badge?: ReactNode; action?: ReactNode; children: ReactNode }

function Part({ title, badge, action, children }: PartProps) {
  return (
    <section className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-lg border bg-raised px-4 py-3.5">
      <div className="min-w-0 flex-1 basis-64">
        <h2 className="flex items-center gap-2 text-base font-semibold">
          {title} {badge}
        </h2>
        <p className="text-sm text-muted" suppressHydrationWarning>
          {children}
        </p>
      </div>
      {action}
    </section>
  )
}
