import { FactorConfirm, FactorStart, type RecoveryCodes } from '@/lib/contract/account'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** POST begins to set up a second factor, PUT switches it on. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'account.factor',
    body: FactorStart,
    run: ({ body, ...actor }) => getRuntime().admins.own.offerFactor(actor, body),
  },
  PUT: {
    deed: 'account.factor',
    body: FactorConfirm,
    async run({ body, ...actor }): Promise<RecoveryCodes> {
      return { recoveryCodes: await getRuntime().admins.own.confirmFactor(actor, body) }
    },
  },
})
