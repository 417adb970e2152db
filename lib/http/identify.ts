import type { NextRequest } from 'next/server'
import type { Admins, FoundAdmin } from '@/lib/admin/admins'
import { cookieName } from '@/lib/admin/cookie'
import { KnownError } from '@/lib/errors'

/**
 * Who asks: by the console's cookie, or by an API token in `Authorization: Bearer`, never by both, for then nobody could say in whose name it was done. Another scheme
 * in that header is not ours and is not looked at. Throws `unauthenticated`, and what `Admins.find` and `findToken` throw.
 */
export async function identify(
  admins: Pick<Admins, 'find' | 'findToken' | 'vouchedBy'>,
  request: NextRequest,
  { isPoll, ip }: { isPoll: boolean; ip: string | null },
): Promise<FoundAdmin> {
  const token = bearerOf(request.headers)
  const id = request.cookies.get(cookieName)?.value ?? null
  if (token === null) {
    const admin = await admins.find(id, { isPoll, vouched: admins.vouchedBy(request.headers) })
    if (admin === null) throw new KnownError('unauthenticated', 'Sign in first.')
    return admin
  }
  if (id !== null) throw new KnownError('unauthenticated', 'Send the token or the cookie of the console, not both.')
  const admin = await admins.findToken(token, ip)
  if (admin === null) throw new KnownError('unauthenticated', 'This token opens nothing. Ask an admin for another.')
  return admin
}

/** Whether a token is all that the request brings. No browser adds one by itself, so no page of another site can be behind it. */
export function isTokenAlone(headers: Headers): boolean {
  return bearerOf(headers) !== null && headers.get('cookie') === null
}

/** The token, empty where none follows the word; null: another scheme, or no such header. */
function bearerOf(headers: Headers): string | null {
  const [scheme, token = ''] = headers.get('authorization')?.trim().split(/\s+/, 2) ?? []
  return scheme?.toLowerCase() === 'bearer' ? token : null
}
