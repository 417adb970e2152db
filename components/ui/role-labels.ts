import type { Role } from '@/lib/contract/login'

export const roleLabels: Record<Role, string> = { viewer: 'Viewer', operator: 'Operator', admin: 'Admin' }
