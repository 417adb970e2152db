import { cookieName, openIdCookieOf } from '@/lib/admin/cookie'
import { openIdMs } from '@/lib/admin/openid'
import { isOpenIdRefused } from '@/lib/admin/openid-refused'
import { OpenIdQuery } from '@/lib/contract/login'
import { KnownError } from '@/lib/errors'
import { leadTo, loginPath } from '@/lib/http/lead'
import { localPath } from '@/lib/http/next-path'
import { canHoldCookie } from '@/lib/http/origin'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** GET begins a sign-in at the provider. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    open: true,
    arrival: 'own',
    query: OpenIdQuery,
    async run({ request, query, ip, requestId }) {
      const { admins, settings } = getRuntime()
      if (admins.openId === null) throw new KnownError('not-found', 'There is no single sign-on here.')
      const next = localPath(query.next)
      if (!canHoldCookie(request.headers, settings)) return leadTo(loginPath(settings, { next }))
      const earlierId = request.cookies.get(cookieName)?.value ?? null
      const isAgain = query.again === '1'
      try {
        const { location, kept } = await admins.openId.begin({ next, isAgain, earlierId, ip, requestId })
        return leadTo(location, openIdCookieOf(kept, openIdMs))
      } catch (error) {
        if (!isOpenIdRefused(error)) throw error
        return leadTo(loginPath(settings, { next, refusal: error.refusal }))
      }
    },
  },
})
