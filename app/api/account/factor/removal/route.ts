import { FactorRemoval } from '@/lib/contract/account'
import { noContent } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Switches one's own second factor off. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'account.factor',
    body: FactorRemoval,
    async run({ body, ...actor }) {
      await getRuntime().admins.own.removeFactor(actor, body)
      return noContent()
    },
  },
})
