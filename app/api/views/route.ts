import { ViewInput } from '@/lib/contract/view'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** The searches that whoever asks keeps: GET reads them, POST keeps one more. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    async run({ request, admin }) {
      const list = await getRuntime().views.list(admin)
      const etag = `W/"${list.version}"`
      return isNotModified(request, etag) ? notModified(etag) : json(list, { headers: { ETag: etag } })
    },
  },
  POST: {
    deed: 'view.save',
    body: ViewInput,
    async run({ body, ...actor }) {
      return json(await getRuntime().views.save(actor, body), { status: 201 })
    },
  },
})
