import { cookieName } from '@/lib/admin/cookie'
import { route } from '@/lib/http/route'
import { answerDeed } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** Ends another admin's session in this console. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  DELETE: {
    deed: 'console.end',
    run({ request, params, ...actor }) {
      const ownId = request.cookies.get(cookieName)?.value ?? null
      return answerDeed(getRuntime().admins.consoles.end(actor, params.handle ?? '', ownId))
    },
  },
})
