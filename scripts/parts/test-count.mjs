import { existsSync, readFileSync } from 'node:fs'

/** Counts a vitest run from its JSON report. A skipped test, a file that does not load and a run without tests are failures. */
export function countVitest(file) {
  const report = readReport(file)
  if (report === null) return { passed: 0, failed: 1, notes: ['vitest left no report'] }
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(hasFailed),
  )
  const skipped = report.numPendingTests + report.numTodoTests
  return sum({ passed: report.numPassedTests, failed: report.numFailedTests, unloaded: unloaded.length, skipped })
}

/** Stories of a run that may pass at their second try: a browser on a busy machine is late now and then. */
const secondTries = 2

/** Counts a Playwright run from its JSON report, by the same rules. What passed only at the second try is said, and above two of them they all failed. */
export function countPlaywright(file) {
  const report = readReport(file)
  if (report === null) return { passed: 0, failed: 1, notes: ['Playwright left no report'] }
  const { expected, unexpected, flaky, skipped } = report.stats
  const isWell = flaky <= secondTries
  const count = sum({
    passed: expected + (isWell ? flaky : 0),
    failed: unexpected + (isWell ? 0 : flaky),
    unloaded: report.errors.length,
    skipped,
  })
  return flaky === 0 ? count : { ...count, notes: [...count.notes, `${flaky} passed only at the second try`] }
}

function sum({ passed, failed, unloaded, skipped }) {
  const notes = []
  if (unloaded > 0) notes.push(`${unloaded} files could not be run`)
  if (skipped > 0) notes.push(`${skipped} tests were skipped, which counts as failed`)
  if (passed + failed + unloaded + skipped === 0) return { passed: 0, failed: 1, notes: ['there was nothing to run'] }
  return { passed, failed: failed + unloaded + skipped, notes }
}

const hasFailed = ({ status }) => status === 'failed'

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}
