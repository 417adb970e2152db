import { SnoozeInput } from '@/lib/contract/finding'
import { noContent } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Puts a finding off with a reason, and lets it be told again. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  POST: {
    deed: 'finding.snooze',
    body: SnoozeInput,
    run: ({ params, body, ...actor }) => getRuntime().snoozes.set(actor, params.finding ?? '', body),
  },
  DELETE: {
    deed: 'finding.wake',
    async run({ params, ...actor }) {
      await getRuntime().snoozes.wake(actor, params.finding ?? '')
      return noContent()
    },
  },
})
