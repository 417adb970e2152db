import type { StartApp } from '@/e2e/support/apps/app'
import { apps } from '@/e2e/support/apps/apps'
import { testProof } from '@/e2e/support/apps/proof'

const hourMs = 3_600_000

for (const [name, start] of Object.entries<StartApp>(apps)) {
  testProof(name, { start: (redisUrl) => start(redisUrl, { maxAgeMs: hourMs }) })
}
