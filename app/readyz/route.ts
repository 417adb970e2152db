import { KnownError } from '@/lib/errors'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** 200 from the first answer of the home Redis on: a Redis that is away for a while must not take every replica out of service. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    open: true,
    run() {
      const { home, handles } = getRuntime()
      if (home.health().lastAnswerAt === null || handles.find() === null) {
        throw new KnownError('source-unavailable', 'The home Redis has not answered yet.')
      }
      return { status: 'ok' }
    },
  },
})
