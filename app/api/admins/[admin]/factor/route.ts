import { route } from '@/lib/http/route'
import { answerDeed } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** Takes the second factor off another admin. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  DELETE: {
    deed: 'admin.reset-factor',
    run: ({ params, ...actor }) => answerDeed(getRuntime().admins.accounts.resetFactor(actor, params.admin ?? '')),
  },
})
