import { cookieOf } from '@/lib/admin/cookie'
import { PasswordChange } from '@/lib/contract/account'
import { noContent } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Changes one's own password. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  PUT: {
    deed: 'account.password',
    body: PasswordChange,
    async run({ request, body, ...actor }) {
      const userAgent = request.headers.get('user-agent')
      const id = await getRuntime().admins.own.changePassword(actor, body, userAgent)
      return noContent({ 'Set-Cookie': cookieOf(id) })
    },
  },
})
