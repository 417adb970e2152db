import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { startConsole } from './support/console'
import { startRedis } from './support/redis'

const budgetKilobytes = 260

test('the first load of /sessions stays within its budget of JavaScript', async () => {
  const redis = await startRedis()
  const rollcall = await startConsole(redis.url)
  try {
    const viewer = await rollcall.as('viewer')
    const html = await (await viewer.call('GET', '/sessions')).text()
    const sources = new Set(
      [...html.matchAll(/<script[^>]* src="([^"]+\.js)[^"]*"(?![^>]*nomodule)/gi)].map(([, src]) => src),
    )
    const sizes = await Promise.all(
      [...sources].map(
        async (src) => gzipSync(await (await fetch(`${rollcall.origin}${src}`)).arrayBuffer(), { level: 9 }).length,
      ),
    )
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1024
    console.log(
      `First-load JavaScript of /sessions: ${kilobytes.toFixed(1)} KB gzip of ${budgetKilobytes}, ${sizes.length} files`,
    )
    expect(sizes.length).toBeGreaterThan(3)
    expect(kilobytes).toBeLessThanOrEqual(budgetKilobytes)
  } finally {
    await rollcall.stop()
    await redis.stop()
  }
})
