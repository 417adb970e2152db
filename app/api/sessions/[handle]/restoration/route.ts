import { restore } from '@/lib/actions/restore'
import { route } from '@/lib/http/route'
import { answerDeed, findTarget } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** Takes a revoke back, once, within its ten seconds. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'session.restore',
    find: findTarget,
    run: ({ found, ...actor }) => answerDeed(restore(getRuntime().actions, actor, found)),
  },
})
