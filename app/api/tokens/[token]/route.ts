import { route } from '@/lib/http/route'
import { answerDeed } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** Revokes the token of this name. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  DELETE: {
    deed: 'token.revoke',
    run: ({ params, ...actor }) => answerDeed(getRuntime().admins.tokens.revoke(actor, params.token ?? '')),
  },
})
