import { cookieName } from '@/lib/admin/cookie'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Who is signed in to this console. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'console.view',
    async run({ request }) {
      const list = await getRuntime().admins.consoles.list(request.cookies.get(cookieName)?.value ?? null)
      const etag = `W/"${list.version}"`
      return isNotModified(request, etag) ? notModified(etag) : json(list, { headers: { ETag: etag } })
    },
  },
})
