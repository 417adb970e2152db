import { recall } from '@/lib/actions/recall'
import { route } from '@/lib/http/route'
import { findTarget } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** What is remembered of a session, also when it is gone. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    deed: 'session.view',
    find: findTarget,
    run: ({ found, ...actor }) => recall(getRuntime().actions, actor, found),
  },
})
