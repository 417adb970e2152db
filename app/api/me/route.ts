import type { Me } from '@/lib/contract/login'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Who is asking, and until when. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    run({ admin: { username, role, idleExpiresAt, absoluteExpiresAt } }): Me {
      return { username, role, idleExpiresAt, absoluteExpiresAt, now: getRuntime().home.now() }
    },
  },
})
