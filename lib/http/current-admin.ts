import 'server-only'
import { cookies, headers } from 'next/headers'
import type { Admin } from '@/lib/admin/admin'
import { cookieName } from '@/lib/admin/cookie'
import { isKnownError } from '@/lib/errors'
import { getRuntime } from '@/lib/runtime'

/**
 * Who looks at this page, or null: nobody, or nobody can tell while the home is away. A look slides the idle end, what a browser fetches
 * ahead does not; links of ours never prefetch, because Next hides from a page that its router did. Costs Redis nothing as a rule.
 */
export async function readCurrentAdmin(): Promise<Admin | null> {
  const [jar, sent] = await Promise.all([cookies(), headers()])
  const isPoll = sent.get('x-poll') === '1' || /prefetch/.test(purposeOf(sent))
  try {
    const { admins } = getRuntime()
    return await admins.find(jar.get(cookieName)?.value ?? null, { isPoll, vouched: admins.vouchedBy(sent) })
  } catch (error) {
    // The sign-in page says that the home is away; the cookie stays and is good again when it is back.
    if (isKnownError(error) && error.code === 'source-unavailable') return null
    throw error
  }
}

function purposeOf(sent: Awaited<ReturnType<typeof headers>>): string {
  return `${sent.get('sec-purpose')} ${sent.get('purpose')}`
}
