import { AdminInput } from '@/lib/contract/admin'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** GET: who may sign in by a password. POST: one more. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'admin.view',
    async run({ request, admin }) {
      const list = await getRuntime().admins.accounts.list(admin.username)
      const etag = `W/"${list.version}"`
      return isNotModified(request, etag) ? notModified(etag) : json(list, { headers: { ETag: etag } })
    },
  },
  POST: {
    deed: 'admin.create',
    body: AdminInput,
    async run({ body, ...actor }) {
      return json(await getRuntime().admins.accounts.create(actor, body), { status: 201 })
    },
  },
})
