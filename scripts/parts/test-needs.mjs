import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from './environment.mjs'
import { findRedisServer, isOnPath } from './private-redis.mjs'
import { runStep } from './step.mjs'

const chromiums = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Installs the servers and browsers that the tests need where it may; answers one sentence for each that is still missing. */
export async function provideTestNeeds() {
  const missing = listMissing()
  if (missing.length === 0) return { redis: null, browser: null }
  const isRootOnDebian = existsSync('/etc/debian_version') && process.getuid?.() === 0
  let failure = `install it with: ${commandFor(missing)}`
  if (isRootOnDebian) {
    try {
      await installByApt(missing)
    } catch (error) {
      failure = error.message
    }
  }
  const still = listMissing()
  return {
    redis: ['redis-server', 'openssl'].some((name) => still.includes(name))
      ? `${still.join(', ')} missing; ${failure}`
      : null,
    browser: still.includes('chromium') ? `Chromium is missing; ${failure}` : null,
  }
}

function listMissing() {
  const missing = []
  if (findRedisServer() === null) missing.push('redis-server')
  // The tests over TLS make their own certificates.
  if (!isOnPath('openssl')) missing.push('openssl')
  if (!hasChromium()) missing.push('chromium')
  return missing
}

function hasChromium() {
  if (process.env.CHROMIUM_PATH) return existsSync(process.env.CHROMIUM_PATH)
  const { chromium } = createRequire(join(root, 'package.json'))('@playwright/test')
  return [chromium.executablePath(), ...chromiums].some((path) => existsSync(path))
}

async function installByApt(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await runStep('Updating the package lists', 'apt-get', ['update', '-q'], { env })
  const args = ['install', '-y', '-q', '--no-install-recommends', ...packages]
  await runStep(`Installing ${packages.join(' and ')}`, 'apt-get', args, { env })
  if (packages.includes('redis-server')) stopService()
}

/** apt starts the server as a service: nobody asked for that here. */
function stopService() {
  try {
    execFileSync('service', ['redis-server', 'stop'], { stdio: 'ignore' })
  } catch {
    // Where services are not run there is none to stop.
  }
}

function commandFor(missing) {
  if (process.platform === 'darwin') return 'brew install redis && npx playwright install chromium'
  return `sudo apt-get install -y ${missing.join(' ')}`
}
