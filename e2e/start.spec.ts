import { once } from 'node:events'
import { expect, test } from '@playwright/test'
import { spawnServer } from './support/console'
import { freePort } from './support/redis'

test('the server by itself ends with every fault of its settings at once, without a stack and without a secret', async () => {
  const { child, output } = spawnServer({
    PORT: String(await freePort()),
    REDIS_URL: 'redis//nowhere',
    ROLLCALL_ADMIN_PASSWORD: 'short-canary',
    ROLLCALL_IDLE_MS: 'soon',
    ROLLCALL_NOT_BUILT: '1',
  })
  const [code] = await once(child, 'exit')
  expect(code).toBe(1)
  const said = output()
  for (const name of ['REDIS_URL', 'ROLLCALL_ADMIN_PASSWORD', 'ROLLCALL_IDLE_MS', 'ROLLCALL_NOT_BUILT'])
    expect(said, name).toContain(name)
  expect(said).not.toMatch(/^\s+at /m)
  expect(said).not.toContain('short-canary')
})
