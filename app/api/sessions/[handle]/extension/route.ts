import { extend } from '@/lib/actions/extend'
import { ExtendInput } from '@/lib/contract/session'
import { route } from '@/lib/http/route'
import { answerDeed, findTarget } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** Pushes a session's end forward, by a time or until one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'session.extend',
    find: findTarget,
    body: ExtendInput,
    run: ({ found, body, ...actor }) => answerDeed(extend(getRuntime().actions, actor, found, body)),
  },
})
