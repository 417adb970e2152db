import { freshUntilOf, wayOf } from '@/lib/admin/admin'
import type { Me } from '@/lib/contract/login'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** Who is asking, and until when. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    run({ admin }): Me {
      const { username, role, idleExpiresAt, absoluteExpiresAt } = admin
      const times = { idleExpiresAt, absoluteExpiresAt, freshUntil: freshUntilOf(admin) }
      return { username, role, by: wayOf(admin), ...times, now: getRuntime().home.now() }
    },
  },
})
