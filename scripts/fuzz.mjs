import './parts/node-version.mjs'
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { end, Failure, runScript } from './parts/ending.mjs'
import { fuzz } from './prove/fuzz.mjs'

const usualCases = 1_000_000
const usage = `npm run fuzz -- [--cases ${usualCases}] [--seed number] [format …], with formats by the names of docs/formats.md.`

/**
 * `npm run fuzz`: bends the real values of each format so many times and asks its decoder for an answer. Says the seed, with which the same cases come again; what fails is left in
 * `.rollcall/fuzz`, and once mended is put into `lib/formats/fixtures/fuzzed.json`, which every run of the tests tries again.
 */
await runScript(async () => {
  const { cases, seed, names } = readArguments()
  console.log(`Seed ${seed}, ${cases} cases for each format`)
  const { failed, passed } = await fuzz({ cases, seed, names })
  console.log(`\n${passed} decoders held, ${failed} did not; seed ${seed}`)
  await end(failed === 0 && passed > 0 ? 0 : 1)
})

function readArguments() {
  const options = { cases: { type: 'string', default: String(usualCases) }, seed: { type: 'string' } }
  try {
    const { values, positionals: names } = parseArgs({ options, allowPositionals: true })
    const cases = Number(values.cases)
    const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed)
    const areNames = names.every((name) => /^[\w-]+$/.test(name))
    if (areNames && Number.isSafeInteger(cases) && cases > 0 && Number.isSafeInteger(seed))
      return { cases, seed, names }
  } catch {
    // What it is not is said below.
  }
  throw new Failure(usage)
}
