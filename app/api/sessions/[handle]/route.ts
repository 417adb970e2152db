import { inspect } from '@/lib/actions/inspect'
import { revoke } from '@/lib/actions/revoke'
import { isNotModified, json, notModified } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { answerDeed, detailEtag, findTarget } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** One session: GET inspects it, DELETE revokes it. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    find: findTarget,
    async run({ request, found, ...actor }) {
      const etag = detailEtag(found, actor.admin.role)
      if (etag !== null && isNotModified(request, etag)) return notModified(etag)
      const detail = await inspect(getRuntime().actions, actor, found)
      return json(detail, etag === null ? {} : { headers: { ETag: etag } })
    },
  },
  DELETE: {
    deed: 'session.revoke',
    find: findTarget,
    run: ({ found, ...actor }) => answerDeed(revoke(getRuntime().actions, actor, found)),
  },
})
