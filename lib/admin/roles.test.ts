import { expect, test } from 'vitest'
import { deeds } from '@/lib/contract/audit'
import { roles } from '@/lib/contract/login'
import { may } from './roles'

test('a viewer sees, an operator also ends, restores, extends and reads the audit, an admin may all', () => {
  const table = Object.fromEntries(roles.map((role) => [role, deeds.filter((deed) => may(role, deed))]))
  expect(table).toEqual({
    viewer: ['session.view', 'admin.sign-in', 'admin.sign-out'],
    operator: [...deeds],
    admin: [...deeds],
  })
})
