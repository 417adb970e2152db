import { reveal } from '@/lib/actions/reveal'
import { RevealInput } from '@/lib/contract/session'
import { route } from '@/lib/http/route'
import { findTarget } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** Shows one hidden value of a session's payload. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'session.reveal',
    find: findTarget,
    body: RevealInput,
    run: ({ found, body, ...actor }) => reveal(getRuntime().actions, actor, found, body),
  },
})
