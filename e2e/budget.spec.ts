import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { canary } from '@/scripts/parts/build.mjs'
import { serverDir, startConsole } from './support/console'
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

test('what browsers load has no source map, and no secret that the build saw', () => {
  const folders = readdirSync(serverDir, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^\.next[\w-]*\/static$/.test(path),
  )
  const files = folders.flatMap((folder) =>
    readdirSync(join(serverDir, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  const having = (text: string) => files.filter((file) => readFileSync(file, 'latin1').includes(text))
  expect(files.length).toBeGreaterThan(20)
  expect(having('Rollcall').length).toBeGreaterThan(0)
  for (const secret of [
    canary,
    [...canary].reverse().join(''),
    Buffer.from(canary).toString('base64'),
    'sourceMappingURL',
  ]) {
    expect(having(secret), secret).toEqual([])
  }
  expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
})
