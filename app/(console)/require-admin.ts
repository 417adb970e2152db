import { redirect } from 'next/navigation'
import { cache } from 'react'
import type { Admin } from '@/lib/admin/admin'
import { readCurrentAdmin } from '@/lib/http/current-admin'

/** Who looks at this page, read once per request. */
export const findAdmin = cache(readCurrentAdmin)

/** The admin, or off to the sign-in, which leads back to `path`. Every page of the console begins with it. */
export async function requireAdmin(path: string): Promise<Admin> {
  const admin = await findAdmin()
  if (admin === null) redirect(`/login?next=${encodeURIComponent(path)}`)
  return admin
}
