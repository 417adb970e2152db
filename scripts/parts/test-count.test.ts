import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
// @ts-expect-error plain JavaScript without declarations
import { countPlaywright, countVitest } from './test-count.mjs'

const folder = mkdtempSync(join(tmpdir(), 'rollcall-count-'))
afterAll(() => rmSync(folder, { recursive: true }))

function report(value: unknown) {
  const file = join(folder, 'report.json')
  writeFileSync(file, JSON.stringify(value))
  return file
}

const vitest = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
const playwright = { stats: { expected: 3, unexpected: 0, flaky: 0, skipped: 0 }, errors: [] }

test('passed tests are counted', () => {
  expect(countVitest(report(vitest))).toMatchObject({ passed: 3, failed: 0 })
  expect(countPlaywright(report(playwright))).toMatchObject({ passed: 3, failed: 0 })
})

test('a skipped or planned test counts as failed', () => {
  expect(countVitest(report({ ...vitest, numPendingTests: 1, numTodoTests: 1 }))).toMatchObject({ failed: 2 })
  expect(countPlaywright(report({ ...playwright, stats: { ...playwright.stats, skipped: 2 } }))).toMatchObject({
    failed: 2,
  })
})

test('a file that does not load counts as failed, a failed test in a file only once', () => {
  const unloaded = { status: 'failed', assertionResults: [] }
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] }
  const run = { ...vitest, numFailedTests: 1, testResults: [unloaded, failing] }
  expect(countVitest(report(run))).toMatchObject({ passed: 3, failed: 2 })
  expect(countPlaywright(report({ ...playwright, errors: [{}] }))).toMatchObject({ failed: 1 })
})

test('two stories may pass at their second try, which is said; with three they all failed', () => {
  const run = (flaky: number) => report({ ...playwright, stats: { ...playwright.stats, flaky } })
  expect(countPlaywright(run(2))).toEqual({ passed: 5, failed: 0, notes: ['2 passed only at the second try'] })
  expect(countPlaywright(run(3))).toEqual({ passed: 3, failed: 3, notes: ['3 passed only at the second try'] })
})

test('no report and nothing to run are failures', () => {
  expect(countVitest('/nonexistent')).toMatchObject({ passed: 0, failed: 1 })
  expect(countPlaywright('/nonexistent')).toMatchObject({ passed: 0, failed: 1 })
  expect(countVitest(report({ ...vitest, numPassedTests: 0 }))).toMatchObject({ passed: 0, failed: 1 })
})
