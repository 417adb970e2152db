import { TokenInput } from '@/lib/contract/token'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** GET: all tokens, without their secrets. POST: a new one, whose secret is in this answer and nowhere else. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'token.view',
    async run({ request }) {
      const list = await getRuntime().admins.tokens.list()
      const etag = `W/"${list.version}"`
      return isNotModified(request, etag) ? notModified(etag) : json(list, { headers: { ETag: etag } })
    },
  },
  POST: {
    deed: 'token.create',
    body: TokenInput,
    async run({ body, ...actor }) {
      return json(await getRuntime().admins.tokens.create(actor, body), { status: 201 })
    },
  },
})
