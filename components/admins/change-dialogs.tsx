'use client'

import { useState } from 'react'
import { RoleField } from '@/components/ui/role-field'
import { roleLabels } from '@/components/ui/role-labels'
import { visibleString } from '@/components/ui/visible-text'
import { type AdminRow, AdminSaved } from '@/lib/contract/admin'
import { EndAnswer } from '@/lib/contract/console-session'
import { roles } from '@/lib/contract/login'
import { DeedDialog } from './deed-dialog'
import { useNewPassword } from './new-password'
import { roleMeans } from './words'

/** What can be done to an admin who was made here; the second factor also to those of the settings. */
export type AdminDeed = 'role' | 'password' | 'disable' | 'enable' | 'factor' | 'remove'

export type ChangeDialogProps = {
  row: AdminRow
  deed: AdminDeed
  /** `password`: one that was made, to be shown once. */
  onDone: (said: { title: string; saved: AdminSaved | null }) => void
  onClose: () => void
}

export function ChangeDialog(props: ChangeDialogProps) {
  if (props.deed === 'role') return <RoleDialog {...props} />
  if (props.deed === 'password') return <NewPasswordDialog {...props} />
  return <AskDialog {...props} deed={props.deed} />
}

function RoleDialog({ row, onDone, onClose }: ChangeDialogProps) {
  const [role, setRole] = useState(row.role)
  const name = visibleString(row.name)
  return (
    <DeedDialog
      title={`Change the role of ${name}`}
      description="It holds from their next request on. Their sessions here end; they sign in again."
      verb="Change role"
      method="PATCH"
      path={`/api/admins/${row.admin}`}
      schema={AdminSaved}
      body={{ role }}
      canRun={role !== row.role}
      onDone={(saved) => onDone({ title: `${name} is ${roleLabels[saved.admin.role].toLowerCase()} now`, saved })}
      onClose={onClose}
    >
      {() => <RoleField role={role} offered={roles} means={roleMeans} onChange={setRole} />}
    </DeedDialog>
  )
}

function NewPasswordDialog({ row, onDone, onClose }: ChangeDialogProps) {
  const { password, isReady, fields } = useNewPassword()
  const name = visibleString(row.name)
  return (
    <DeedDialog
      title={`Set a new password for ${name}`}
      description="Their sessions here end. The old password opens nothing from then on."
      verb="Set password"
      method="PATCH"
      path={`/api/admins/${row.admin}`}
      schema={AdminSaved}
      body={{ password }}
      canRun={isReady}
      told={password === null ? [] : ['/password']}
      onDone={(saved) => onDone({ title: `${name} has a new password`, saved })}
      onClose={onClose}
    >
      {fields}
    </DeedDialog>
  )
}

type Asked = 'disable' | 'enable' | 'factor' | 'remove'

const questions: Record<Asked, { title: (name: string) => string; description: string; verb: string; done: string }> = {
  disable: {
    title: (name) => `Disable ${name}?`,
    description:
      'They are out at their next request and cannot sign in; their API tokens open nothing. You can enable them again.',
    verb: 'Disable',
    done: 'is disabled',
  },
  enable: {
    title: (name) => `Enable ${name}?`,
    description: 'They can sign in again with their password, and their API tokens open again.',
    verb: 'Enable',
    done: 'is enabled',
  },
  factor: {
    title: (name) => `Reset the second factor of ${name}?`,
    description:
      'For somebody who lost their authenticator: their password alone opens until they set up another one. Make sure that it is they who ask.',
    verb: 'Reset second factor',
    done: 'has no second factor any more',
  },
  remove: {
    title: (name) => `Remove ${name}?`,
    description:
      'They are out at their next request. Their API tokens open nothing any more, and the name is free. What they did stays in the audit.',
    verb: 'Remove 1 admin',
    done: 'is removed',
  },
}

function AskDialog({ row, deed, onDone, onClose }: ChangeDialogProps & { deed: Asked }) {
  const name = visibleString(row.name)
  const { title, description, verb, done } = questions[deed]
  const path = `/api/admins/${row.admin}`
  const said = { title: `${name} ${done}`, saved: null }
  const shared = {
    title: title(name),
    description,
    verb,
    onClose,
    look: deed === 'enable' ? 'primary' : 'danger',
  } as const
  if (deed === 'disable' || deed === 'enable') {
    const body = { isDisabled: deed === 'disable' }
    return (
      <DeedDialog {...shared} method="PATCH" path={path} schema={AdminSaved} body={body} onDone={() => onDone(said)} />
    )
  }
  return (
    <DeedDialog
      {...shared}
      method="DELETE"
      path={deed === 'factor' ? `${path}/factor` : path}
      schema={EndAnswer}
      onDone={({ outcome, reason }) =>
        onDone(outcome === 'unknown' ? { title: reason ?? 'It is not known how it ended', saved: null } : said)
      }
    />
  )
}
