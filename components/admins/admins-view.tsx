'use client'

import { Plus } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { showToast } from '@/components/ui/toast'
import { sayCount } from '@/components/ui/words'
import { useResource } from '@/lib/client/resource'
import { AdminList, type AdminRow, type AdminSaved } from '@/lib/contract/admin'
import type { ConsoleSessionList } from '@/lib/contract/console-session'
import { AccountTable } from './account-table'
import type { AdminDeed } from './change-dialogs'
import { ConsolesPart } from './consoles-part'

const CreateDialog = dynamic(() => import('./create-dialog').then((part) => part.CreateDialog), { ssr: false })
const ChangeDialog = dynamic(() => import('./change-dialogs').then((part) => part.ChangeDialog), { ssr: false })
const MadePasswordDialog = dynamic(() => import('./made-password-dialog').then((part) => part.MadePasswordDialog), {
  ssr: false,
})

type AdminsViewProps = { accounts: AdminList | null; consoles: ConsoleSessionList | null }

/** The page of admins: who may sign in, how to change that, and who is signed in now. */
export function AdminsView({ accounts, consoles }: AdminsViewProps) {
  const { data, problem } = useResource('/api/admins', AdminList, { everyMs: 2000, fallback: accounts ?? undefined })
  const [isCreating, setCreating] = useState(false)
  const [asked, setAsked] = useState<{ row: AdminRow; deed: AdminDeed } | null>(null)
  const [made, setMade] = useState<{ name: string; password: string } | null>(null)
  const open = data?.rows.filter(({ isDisabled }) => !isDisabled).length
  const tell = (title: string, saved: AdminSaved | null) => {
    setCreating(false)
    setAsked(null)
    if (saved !== null && saved.password !== null) setMade({ name: saved.admin.name, password: saved.password })
    else showToast({ title, detail: null })
  }
  return (
    <div className="h-full overflow-y-auto pb-10">
      <header className="flex flex-wrap items-end justify-between gap-3 px-4 pt-4 pb-4 md:px-6 md:pt-5">
        <div>
          <title>Admins · Rollcall</title>
          <h1 className="text-sm font-medium text-muted">Admins</h1>
          <p className="flex items-baseline gap-2">
            <span className={`text-2xl font-semibold tracking-tight ${open === undefined ? 'text-faint' : ''}`}>
              {open === undefined ? '–' : sayCount(open)}
            </span>
            <span className="text-sm text-muted">may sign in to this console</span>
          </p>
        </div>
        <Button look="primary" onClick={() => setCreating(true)}>
          <Plus aria-hidden className="size-4" /> Create admin
        </Button>
      </header>
      {problem === null ? null : (
        <div className="max-w-3xl px-4 pb-4 md:px-6">
          <ProblemNote title={problem.title} tone={data === undefined ? 'danger' : 'warning'}>
            {problem.detail} {data === undefined ? '' : 'What stands here may be old.'} This page keeps trying.
          </ProblemNote>
        </div>
      )}
      {data === undefined ? (
        problem === null && <Skeleton className="mx-4 h-28 md:mx-6" />
      ) : (
        <AccountTable rows={data.rows} isDimmed={problem !== null} onDeed={(row, deed) => setAsked({ row, deed })} />
      )}
      <ConsolesPart fallback={consoles} />
      {isCreating ? (
        <CreateDialog
          onClose={() => setCreating(false)}
          onDone={(saved) => tell(`${saved.admin.name} can sign in now`, saved)}
        />
      ) : null}
      {asked === null ? null : (
        <ChangeDialog {...asked} onClose={() => setAsked(null)} onDone={({ title, saved }) => tell(title, saved)} />
      )}
      {made === null ? null : <MadePasswordDialog {...made} onClose={() => setMade(null)} />}
    </div>
  )
}
