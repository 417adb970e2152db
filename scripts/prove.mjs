import './parts/node-version.mjs'
import { join } from 'node:path'
import { provideDebianTools } from './parts/debian-tools.mjs'
import { end, Failure, runScript } from './parts/ending.mjs'
import { root } from './parts/environment.mjs'
import { install } from './parts/install.mjs'
import { withLock } from './parts/lock.mjs'
import { findRedisServer } from './parts/private-redis.mjs'
import { proveAll } from './prove/all.mjs'
import { debianApps } from './prove/apps/run.mjs'
import { figures, proveFigures } from './prove/figures.mjs'

const usage = `npm run prove: everything; or npm run prove -- formats [name …], with names among ${Object.keys(debianApps).join(', ')}; or npm run prove -- ${Object.keys(figures).join(' | ')} [part …].`

/**
 * `npm run prove`: everything at full size, some hours, as one table of the figures with their bounds and one JSON.
 * `npm run prove -- formats [name …]`: each framework that Debian packages, one line each, and a last one that counts.
 * `npm run prove -- guard | deeds | hostile | faults … [part …]`: one table of figures with their bounds.
 */
await runScript(async () => {
  const [what, ...names] = process.argv.slice(2)
  if (what === undefined) {
    await prepare()
    return end((await proveAll(() => proveFormats([]))) ? 0 : 1)
  }
  if (Object.hasOwn(figures, what)) return proveFigure(what, names)
  if (what !== 'formats' || names.some((name) => !Object.hasOwn(debianApps, name))) throw new Failure(usage)
  await prepare()
  const { failed } = await proveFormats(names)
  await end(failed === 0 ? 0 : 1)
})

/** All frameworks, or these; answers how many came out how. */
async function proveFormats(names) {
  const wanted = names.length > 0 ? names : Object.keys(debianApps)
  const lacks = await provideLanguages(new Set(wanted.map((name) => debianApps[name].language)))
  const total = { proven: 0, failed: 0, 'not proven': 0 }
  for (const name of wanted) {
    const reason = lacks.get(debianApps[name].language)
    if (reason !== undefined) tell(total, 'not proven', debianApps[name].title, [`it could not be had: ${reason}`])
  }
  const ready = wanted.filter((name) => !lacks.has(debianApps[name].language))
  if (ready.length > 0) await prove(ready, total)

  console.log(
    `\n${Object.entries(total)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')}`,
  )
  return total
}

async function prepare() {
  if (findRedisServer() === null) throw new Failure('The proofs need redis-server: sudo apt-get install redis-server.')
  await withLock(join(root, '.rollcall/build.lock'), () => console.log('Waiting for a build …'), install)
}

async function proveFigure(what, parts) {
  const unknown = parts.filter((part) => !figures[what].includes(part))
  if (unknown.length > 0)
    throw new Failure(`npm run prove -- ${what} [part …], with parts among ${figures[what].join(', ')}.`)
  await prepare()
  const { isHeld } = await proveFigures(what, parts.length > 0 ? parts : figures[what])
  await end(isHeld ? 0 : 1)
}

/** Takes from Debian what is missing, saying so; answers why, for each language that could not be had. */
async function provideLanguages(languages) {
  const lacks = new Map()
  for (const language of languages) {
    try {
      await provideDebianTools(language)
    } catch (error) {
      lacks.set(language, error instanceof Failure ? error.message : String(error))
    }
  }
  return lacks
}

async function prove(names, total) {
  const { startVitest } = await import('vitest/node')
  let told = 0
  const vitest = await startVitest('test', ['scripts/prove/formats.prove'], {
    ...{ root, project: ['prove'], watch: false, provide: { apps: names } },
    reporters: [
      {
        onTestSuiteResult(suite) {
          const name = suite.name.split(',')[0]
          tell(total, ...outcomeOf(debianApps[name].title, suite))
          told += 1
        },
      },
    ],
  })
  const faults = vitest.state.getUnhandledErrors()
  const broken = vitest.state.getTestModules().flatMap((module) => [...module.errors()])
  for (const { message } of [...faults, ...broken]) console.error(message)
  // What never came to a result has failed too.
  total.failed += Math.max(names.length - told, faults.length > 0 ? 1 : 0)
  await vitest.close()
}

/** The state of a framework, its name with versions, and what was seen of it. */
function outcomeOf(title, suite) {
  const tests = [...suite.children.allTests()]
  const faults = suite.errors().map(({ message }) => firstLine(message))
  const failed = tests.filter((one) => one.result().state === 'failed')
  const skipped = tests.filter((one) => one.result().state === 'skipped')
  const versions = Object.entries(tests.find((one) => one.meta().versions)?.meta().versions ?? {})
  const named = [title, ...versions.map(([name, version]) => `${name} ${plainVersion(version)}`)].join(', ')
  const seen = tests.flatMap((one) => one.meta().seen ?? [])
  const missed = failed.map((one) => `NOT ${one.name}: ${firstLine(one.result().errors?.[0]?.message ?? '')}`)
  if (faults.length + failed.length > 0) return ['failed', named, [...faults, ...seen, ...missed]]
  if (skipped.length > 0 || seen.length < tests.length) return ['not proven', named, skipped.map((one) => one.name)]
  return ['proven', named, seen]
}

function tell(total, state, named, seen) {
  total[state] += 1
  console.log(`${state}: ${named}: ${seen.join('; ')}`)
}

function firstLine(text) {
  return text.split('\n')[0]
}

/** Without the epoch and the revision of the packager. */
function plainVersion(version) {
  return version.replace(/^\d+:/, '').replace(/[+~-].*$/, '')
}
