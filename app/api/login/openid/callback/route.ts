import { cookieOf, noOpenIdCookie, openIdCookieName } from '@/lib/admin/cookie'
import { isOpenIdRefused } from '@/lib/admin/openid-refused'
import { OpenIdAnswer } from '@/lib/contract/login'
import { KnownError } from '@/lib/errors'
import { hopTo, leadTo, loginPath } from '@/lib/http/lead'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** GET ends a sign-in at the provider, which sent the browser here. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    open: true,
    arrival: 'anywhere',
    query: OpenIdAnswer,
    async run({ request, query, ip, requestId }) {
      const { admins, settings } = getRuntime()
      if (admins.openId === null) throw new KnownError('not-found', 'There is no single sign-on here.')
      const kept = request.cookies.get(openIdCookieName)?.value ?? null
      const userAgent = request.headers.get('user-agent')
      const answer = new URLSearchParams(query)
      try {
        const { id, next } = await admins.openId.finish({ answer, kept, userAgent, ip, requestId })
        return hopTo(`${settings.basePath}${next}`, cookieOf(id), noOpenIdCookie)
      } catch (error) {
        if (!isOpenIdRefused(error)) throw error
        // A sign-in that this browser did begin stays under way: a stranger's answer must not end it.
        const cookies = error.refusal === 'not-begun' ? [] : [noOpenIdCookie]
        return leadTo(loginPath(settings, { refusal: error.refusal }), ...cookies)
      }
    },
  },
})
