import { KnownError } from '@/lib/errors'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Whether the home Redis answers, so that people can sign in. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    open: true,
    run() {
      if (getRuntime().home.health().state !== 'up') {
        throw new KnownError('source-unavailable', 'The home Redis does not answer.')
      }
      return { status: 'ok' }
    },
  },
})
