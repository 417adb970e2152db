import { cookieName } from '@/lib/admin/cookie'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** The account of whoever asks. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'account.view',
    async run({ request, admin }) {
      const ownId = request.cookies.get(cookieName)?.value ?? null
      const account = await getRuntime().admins.own.describe(admin, ownId)
      const etag = `W/"${account.version}"`
      return isNotModified(request, etag) ? notModified(etag) : json(account, { headers: { ETag: etag } })
    },
  },
})
