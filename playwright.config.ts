import { existsSync } from 'node:fs'
import { chromium, defineConfig } from '@playwright/test'

/** `CHROMIUM_PATH`, else Playwright's own browser, else the system's. */
function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH
  if (named) return named
  if (existsSync(chromium.executablePath())) return undefined
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))
}

const executablePath = findChromium()

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  fullyParallel: false,
  workers: 2,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  // `scripts/parts/test-count.mjs` says which runs with a second try still count as passed.
  retries: 1,
  reporter: [['list']],
  use: {
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    viewport: { width: 1440, height: 900 },
    // A trace of every story would take a third of the time on two cores: `--trace retain-on-failure` when one is needed.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
