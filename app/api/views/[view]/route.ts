import { noContent } from '@/lib/http/answer'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Deletes a view of whoever asks. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  DELETE: {
    deed: 'view.delete',
    async run({ params, ...actor }) {
      await getRuntime().views.delete(actor, params.view ?? '')
      return noContent()
    },
  },
})
