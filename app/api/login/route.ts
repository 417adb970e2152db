import { cookieName, cookieOf, noCookie } from '@/lib/admin/cookie'
import { LoginInput } from '@/lib/contract/sign-in'
import { KnownError } from '@/lib/errors'
import { noContent } from '@/lib/http/answer'
import { canHoldCookie } from '@/lib/http/origin'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** POST signs in, DELETE signs out. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    open: true,
    body: LoginInput,
    async run({ request, body, ip, requestId }) {
      const { admins, settings } = getRuntime()
      if (!canHoldCookie(request.headers, settings)) {
        throw new KnownError('forbidden', 'Signing in needs https, or this machine itself under the name localhost.')
      }
      const earlierId = request.cookies.get(cookieName)?.value ?? null
      const userAgent = request.headers.get('user-agent')
      const id = await admins.signIn({ ...body, earlierId, userAgent, ip, requestId })
      return noContent({ 'Set-Cookie': cookieOf(id) })
    },
  },
  DELETE: {
    open: true,
    async run({ request, ip, requestId }) {
      const id = request.cookies.get(cookieName)?.value
      if (id !== undefined) await getRuntime().admins.signOut(id, { ip, requestId })
      return noContent({ 'Set-Cookie': noCookie })
    },
  },
})
