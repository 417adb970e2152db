import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { counted, tell } from '@/bench/support/row'
import type { FailedLine } from '@/e2e/support/failing-line'

const share = 0.25
const none = { of: 'value', most: 0 } as const

test('the browser suite with a quarter of the replies failing', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-browser-'))
  const [report, stories] = [join(folder, 'lines.jsonl'), join(folder, 'stories.json')]
  writeFileSync(report, '')
  const run = spawn(
    'npx',
    ['playwright', 'test', '--reporter=json', ...(process.env.ROLLCALL_E2E_ONLY?.split(' ') ?? [])],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...{ ROLLCALL_E2E_FAIL_SHARE: String(share), ROLLCALL_E2E_FAIL_REPORT: report },
        PLAYWRIGHT_JSON_OUTPUT_NAME: stories,
      },
    },
  )
  await once(run, 'exit')
  const lines = readFileSync(report, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): FailedLine => JSON.parse(line))
  const { stats } = JSON.parse(readFileSync(stories, 'utf8')) as { stats: { expected: number; unexpected: number } }
  rmSync(folder, { recursive: true })
  const sum = (pick: (line: FailedLine) => number) => lines.reduce((total, line) => total + pick(line), 0)
  const replies = sum((line) => line.replies)
  const failed = sum((line) => line.failedReplies)
  expect(failed / replies).toBeGreaterThan(share / 2)
  tell(
    context,
    { what: `replies that failed, of ${counted.format(replies)}`, value: failed, unit: 'times' },
    {
      what: `consoles that ended by themselves, of ${lines.length}`,
      value: sum((line) => Number(line.hasCrashed)),
      unit: 'times',
      bound: none,
    },
    {
      what: 'answers that were a fault of ours (500)',
      value: sum((line) => line.internal),
      unit: 'times',
      bound: none,
    },
    { what: 'stories that came to their end all the same', value: stats.expected, unit: 'times' },
    { what: 'stories that gave up: what they wait for was refused', value: stats.unexpected, unit: 'times' },
  )
}, 3_600_000)
