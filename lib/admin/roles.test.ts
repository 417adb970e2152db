import { expect, test } from 'vitest'
import { type Deed, deeds } from '@/lib/contract/audit'
import { roles } from '@/lib/contract/login'
import { may } from './roles'

const adminOnly: readonly Deed[] = [
  'session.reveal',
  'audit.export',
  'token.view',
  'token.create',
  'token.revoke',
  'console.view',
  'console.end',
  'admin.view',
  'admin.create',
  'admin.change',
  'admin.remove',
  'admin.reset-factor',
  'source.choose',
]

test('a viewer sees, keeps views and their own account, an operator also acts on sessions and reads the audit, an admin may all', () => {
  const table = Object.fromEntries(roles.map((role) => [role, deeds.filter((deed) => may(role, deed))]))
  expect(table).toEqual({
    viewer: [
      ...['session.view', 'job.view', 'view.save', 'view.delete'],
      ...['account.view', 'account.password', 'account.factor', 'account.end-others'],
      ...['admin.sign-in', 'admin.sign-out'],
    ],
    operator: deeds.filter((deed) => !adminOnly.includes(deed)),
    admin: [...deeds],
  })
})
