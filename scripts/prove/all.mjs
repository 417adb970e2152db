import { isMet, tellValue } from '../bench/table.mjs'
import { figures, proveFigures, saveRows } from './figures.mjs'
import { fuzz } from './fuzz.mjs'
import { goals, rowsOf } from './goals.mjs'

const fuzzedCases = 1_000_000

/** Every part at full size, which takes some hours; `proveFormats` signs in with the real frameworks and answers how many were proven and how many not. Prints one table of all figures and writes one JSON. Answers whether every bound that was measured is met. */
export async function proveAll(proveFormats) {
  const rows = []
  let isHeld = true
  const keep = (of, found) => {
    rows.push(...found.map((row) => ({ of, ...row })))
    saveRows('all', rows)
  }
  for (const what of Object.keys(figures)) {
    const found = await proveFigures(what)
    isHeld &&= found.isHeld
    keep(what, found.rows)
  }
  const frameworks = await proveFormats()
  const tried = frameworks.proven + frameworks.failed
  const ofFrameworks = { unit: 'times', bound: { of: 'value', least: Math.max(tried, 1) } }
  keep('formats', [
    {
      id: 'M-13',
      what: `real frameworks proven, of ${tried} that could be had`,
      value: frameworks.proven,
      ...ofFrameworks,
    },
  ])
  const seed = Date.now() % 2 ** 31
  const { passed, failed } = await fuzz({ cases: fuzzedCases, seed, names: [] })
  const ofDecoders = { unit: 'times', bound: { of: 'value', most: 0 } }
  keep('fuzz', [
    {
      id: 'D-17',
      seed,
      what: `decoders of ${passed + failed} that failed at one of ${fuzzedCases} values`,
      value: failed,
      ...ofDecoders,
    },
  ])

  printGoals(rows)
  console.log(`\n${saveRows('all', rows)}`)
  return isHeld && frameworks.failed === 0 && failed === 0
}

/** In Markdown: each figure with its bound, what was measured, and whether it is met. */
function printGoals(rows) {
  console.log('\n| figure | bound | measured | |\n| --- | --- | --- | --- |')
  for (const goal of goals) {
    const own = rowsOf(goal, rows)
    const bound = own.filter((row) => row.bound !== undefined)
    const values = own.map((row) => `${row.what}: ${tellValue(row)}`).join('; ')
    const elsewhere = goal.test
      ? `\`${goal.test}\` in \`npm test\``
      : goal.bench
        ? `\`npm run bench -- ${goal.bench}\``
        : 'not measured'
    const verdict = bound.length === 0 ? '' : bound.every(isMet) ? 'met' : 'missed'
    console.log(`| ${goal.figure} | ${goal.target} | ${values || elsewhere} | ${verdict} |`)
  }
}
