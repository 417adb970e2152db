import { cookieName, cookieOf } from '@/lib/admin/cookie'
import { KnownError } from '@/lib/errors'
import { noContent } from '@/lib/http/answer'
import { canHoldCookie } from '@/lib/http/origin'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** POST signs in whoever the reverse proxy vouches for. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    open: true,
    async run({ request, ip, requestId }) {
      const { admins, settings } = getRuntime()
      if (settings.proxy === null) throw new KnownError('not-found', 'No proxy is believed here.')
      const vouched = admins.vouchedBy(request.headers)
      if (vouched === null) throw new KnownError('unauthenticated', 'No proxy vouches for you here.')
      if (!canHoldCookie(request.headers, settings)) {
        throw new KnownError('forbidden', 'Signing in needs https, or this machine itself under the name localhost.')
      }
      const earlierId = request.cookies.get(cookieName)?.value ?? null
      const userAgent = request.headers.get('user-agent')
      const id = await admins.signInVouched(vouched, { earlierId, userAgent, ip, requestId })
      return noContent({ 'Set-Cookie': cookieOf(id) })
    },
  },
})
