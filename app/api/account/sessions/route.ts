import { cookieName } from '@/lib/admin/cookie'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Ends one's own other console sessions. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  DELETE: {
    deed: 'account.end-others',
    run({ request, ...actor }) {
      return getRuntime().admins.own.endOthers(actor, request.cookies.get(cookieName)?.value ?? null)
    },
  },
})
