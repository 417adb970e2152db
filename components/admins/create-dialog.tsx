'use client'

import { useState } from 'react'
import { Field } from '@/components/ui/field'
import { RoleField } from '@/components/ui/role-field'
import { AdminSaved } from '@/lib/contract/admin'
import { type Role, roles } from '@/lib/contract/login'
import { DeedDialog } from './deed-dialog'
import { useNewPassword } from './new-password'
import { roleMeans } from './words'

/** From a name, a role and a password to an admin. */
export function CreateDialog({ onDone, onClose }: { onDone: (saved: AdminSaved) => void; onClose: () => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const { password, isReady, fields } = useNewPassword()
  return (
    <DeedDialog
      title="Create an admin"
      description="Somebody who signs in to this console with a password of their own."
      verb="Create admin"
      method="POST"
      path="/api/admins"
      schema={AdminSaved}
      body={{ name, role, ...(password === null ? {} : { password }) }}
      canRun={name !== '' && isReady}
      told={['/name', ...(password === null ? [] : ['/password'])]}
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => {
        const wrongName = problem?.faults.find(({ pointer }) => pointer === '/name')?.detail ?? null
        return (
          <>
            <Field
              label="Name"
              hint="As they type it to sign in. It stands in the audit."
              problem={wrongName === null ? null : `The name ${wrongName}.`}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={100}
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <RoleField role={role} offered={roles} means={roleMeans} onChange={setRole} />
            {fields(problem)}
          </>
        )
      }}
    </DeedDialog>
  )
}
