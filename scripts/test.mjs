import './parts/node-version.mjs'
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './parts/build.mjs'
import { atEnd, end, runScript } from './parts/ending.mjs'
import { root } from './parts/environment.mjs'
import { install } from './parts/install.mjs'
import { withLock } from './parts/lock.mjs'
import { countPlaywright, countVitest } from './parts/test-count.mjs'
import { provideTestNeeds } from './parts/test-needs.mjs'

/** Not the folder of a server that may be running in this checkout. */
const buildFolder = '.next-test'
const reports = join(root, '.rollcall/test')
const longestStepMs = 25 * 60_000
const bin = (name) => join(root, 'node_modules/.bin', name)

const total = { passed: 0, failed: 0 }
/** What a person has set for a server of theirs must not reach the tests. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(ROLLCALL_|REDIS_URL|PORT$|BASE_PATH$|PUBLIC_URL$|TRUST_PROXY$|LOG_LEVEL$|NODE_ENV$)/.test(name),
  ),
)

/** `npm test`: from a bare clone, everything; closes with one line that counts. */
await runScript(async () => {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const lock = join(root, '.rollcall/build.lock')
  const locked = (work) => withLock(lock, () => console.log('Waiting for a build in this checkout …'), work)

  if (!(await step('Packages', () => locked(install).then(() => ({ passed: 0, failed: 0 }))))) return close()
  const lacks = await provideTestNeeds()

  await step('Format', () => check(bin('biome'), ['ci', '--linter-enabled=false', '.']))
  await step('Lint and import ladder', () => check(bin('biome'), ['lint', '--error-on-warnings', '.']))
  await step('Types', async () => {
    const typegen = await check(bin('next'), ['typegen'])
    return typegen.failed > 0 ? typegen : check(bin('tsc'), ['--noEmit'])
  })
  await step('Unit tests', () => vitest('unit'))
  await step('Tests on real Redis', () => (lacks.redis === null ? vitest('redis') : cannot(lacks.redis)))
  const built = await step('Production build', async () => {
    await locked(() => build({ folder: buildFolder, hasPlaceholder: false }))
    return { passed: 1, failed: 0 }
  })
  await step('Browser stories', () => {
    const lack = built ? (lacks.redis ?? lacks.browser) : 'there is no build'
    return lack === null ? playwright() : cannot(lack)
  })

  await close()
})

async function close() {
  console.log(`\n${total.passed} passed, ${total.failed} failed`)
  await end(total.failed === 0 ? 0 : 1)
}

/** One part of the whole, with its heading, time and count; answers whether it is well. Whatever it throws is its failure, and the next one goes on. */
async function step(title, work) {
  console.log(`\n── ${title}`)
  const startedAt = Date.now()
  const { passed, failed, notes = [] } = await work().catch((error) => cannot(error.message))
  total.passed += passed
  total.failed += failed
  for (const note of notes) console.log(note)
  console.log(`── ${title}: ${passed} passed, ${failed} not, ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  return failed === 0
}

const cannot = async (why) => ({ passed: 0, failed: 1, notes: [`Cannot run: ${why}`] })

async function check(command, args) {
  return (await run(command, args)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

async function vitest(project) {
  const file = join(reports, `${project}.json`)
  const args = ['run', '--project', project, '--allowOnly=false', '--reporter=default', '--reporter=json']
  const code = await run(bin('vitest'), [...args, `--outputFile.json=${file}`])
  return judge(countVitest(file), code)
}

async function playwright() {
  const file = join(reports, 'e2e.json')
  const code = await run(bin('playwright'), ['test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    ROLLCALL_E2E_DIR: join(root, buildFolder, 'standalone'),
  })
  return judge(countPlaywright(file), code)
}

/** A run that ended badly with a spotless report has failed all the same. */
function judge(count, code) {
  if (code === 0 || count.failed > 0) return count
  return { ...count, failed: 1, notes: [...count.notes, `it ended with ${code}`] }
}

function run(command, args, more = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: longestStepMs,
      env: { ...env, NEXT_TELEMETRY_DISABLED: '1', ...more },
    })
    const forget = atEnd(() => void child.kill('SIGTERM'))
    child.once('error', (error) => {
      console.log(`${command}: ${error.code}`)
      done(1)
    })
    child.once('exit', (code, signal) => {
      forget()
      done(code ?? signal)
    })
  })
}
