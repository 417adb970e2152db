import { AdminChange } from '@/lib/contract/admin'
import { route } from '@/lib/http/route'
import { answerDeed } from '@/lib/http/target'
import { getRuntime } from '@/lib/runtime'

/** PATCH changes another admin, DELETE removes them. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  PATCH: {
    deed: 'admin.change',
    body: AdminChange,
    run: ({ body, params, ...actor }) => getRuntime().admins.accounts.change(actor, params.admin ?? '', body),
  },
  DELETE: {
    deed: 'admin.remove',
    run: ({ params, ...actor }) => answerDeed(getRuntime().admins.accounts.remove(actor, params.admin ?? '')),
  },
})
