'use client'

import { useState } from 'react'
import { PasswordDialog } from '@/components/login/password-dialog'
import { useConsole } from '@/components/shell/console-context'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { ProblemNote } from '@/components/ui/problem-note'
import { RoleField } from '@/components/ui/role-field'
import { useAction } from '@/lib/client/action'
import { refresh } from '@/lib/client/resource'
import { type Role, roles } from '@/lib/contract/login'
import { TokenCreated, type TokenInput } from '@/lib/contract/token'
import { SecretDialog } from './secret-dialog'
import { roleMeans, terms } from './words'

const firstTermMs = 30 * 24 * 60 * 60_000

/** From a name, a role and a term to a token, whose secret then stands on the page until this is closed and nowhere else. */
export function CreateDialog({ onClose }: { onClose: () => void }) {
  const { me } = useConsole()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [expiresInMs, setTerm] = useState(firstTermMs)
  const [created, setCreated] = useState<TokenCreated | null>(null)
  const [isDeclined, setDeclined] = useState(false)
  const { run, isRunning, problem } = useAction<TokenInput, TokenCreated>('POST', '/api/tokens', TokenCreated)
  if (created !== null) return <SecretDialog created={created} onClose={onClose} />

  const create = async () => {
    setDeclined(false)
    setCreated(await run({ name, role, expiresInMs }))
    refresh('/api/tokens')
  }
  const wrongName = problem?.faults.find(({ pointer }) => pointer === '/name')?.detail ?? null
  const isAsking = problem?.code === 'reauth-required' && !isDeclined && !isRunning
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="Create an API token"
      description="A script sends it instead of signing in. What it does stands in the audit, in its own name and yours."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="create-token" disabled={name === '' || isRunning}>
            Create token
          </Button>
        </>
      }
    >
      <form
        id="create-token"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isRunning) void create()
        }}
      >
        <Field
          label="Name"
          hint="Small letters, figures, dots, dashes: what it is for, such as nightly-cleanup."
          problem={wrongName === null ? null : `The name ${wrongName}.`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <RoleField
          role={role}
          offered={roles.slice(0, roles.indexOf(me.role) + 1)}
          means={roleMeans}
          onChange={setRole}
        />
        <fieldset className="flex flex-wrap items-center gap-1.5">
          <legend className="mb-1.5 text-sm font-medium">Ends after</legend>
          {terms.map(({ label, ms }) => (
            <Button
              key={label}
              look={ms === expiresInMs ? 'primary' : 'plain'}
              aria-pressed={ms === expiresInMs}
              onClick={() => setTerm(ms)}
            >
              {label}
            </Button>
          ))}
        </fieldset>
        {problem === null || wrongName !== null || isAsking ? null : (
          <ProblemNote title={problem.title}>{problem.detail}</ProblemNote>
        )}
      </form>
      {isAsking ? (
        <PasswordDialog
          why="A token outlives this page, so it is made by whoever gave their password in the last ten minutes."
          onClose={() => setDeclined(true)}
          onDone={() => void create()}
        />
      ) : null}
    </Dialog>
  )
}
