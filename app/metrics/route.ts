import { KnownError } from '@/lib/errors'
import { toProblem } from '@/lib/http/problem'
import { route } from '@/lib/http/route'
import { isScraper, printMetrics } from '@/lib/metrics'
import { textType } from '@/lib/metrics/text'
import { getRuntime } from '@/lib/runtime'

/** Numbers for Prometheus: 404 unless switched on, 401 without the token where one is set. Costs Redis nothing. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    open: true,
    run({ request, requestId }) {
      const runtime = getRuntime()
      const { hasMetrics, metricsToken } = runtime.settings
      if (!hasMetrics) throw new KnownError('not-found', 'There is nothing at this address.')
      if (metricsToken !== null && !isScraper(request.headers.get('authorization'), metricsToken)) {
        const refusal = toProblem(new KnownError('unauthenticated', 'Send the token of the metrics.'), requestId)
        refusal.headers.set('WWW-Authenticate', 'Bearer realm="metrics"')
        return refusal
      }
      return new Response(printMetrics(runtime), { headers: { 'Content-Type': textType } })
    },
  },
})
