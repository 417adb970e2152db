import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tell } from '@/bench/support/row'
import type { WatchedLine } from '@/e2e/support/least-privilege'

const none = { unit: 'times', bound: { of: 'value', most: 0 } } as const

test('the browser suite as the account of the full line', { timeout: 3_600_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-acl-'))
  const [report, stories] = [join(folder, 'lines.jsonl'), join(folder, 'stories.json')]
  writeFileSync(report, '')
  const only = process.env.ROLLCALL_E2E_ONLY?.split(' ') ?? []
  const run = spawn('npx', ['playwright', 'test', '--reporter=json', ...only], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...{ ROLLCALL_E2E_ACL: 'rollcall-full', ROLLCALL_E2E_ACL_REPORT: report },
      PLAYWRIGHT_JSON_OUTPUT_NAME: stories,
    },
  })
  await once(run, 'exit')
  const lines = readFileSync(report, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): WatchedLine => JSON.parse(line))
  const { stats } = JSON.parse(readFileSync(stories, 'utf8')) as { stats: { expected: number; unexpected: number } }
  rmSync(folder, { recursive: true })
  const watched = lines.filter(({ isOwn }) => !isOwn)
  const told = watched.flatMap(({ denials }) => denials ?? [])
  const what = [...new Set(lines.flatMap((line) => line.what))]
  expect(told.length).toBeGreaterThan(0)
  tell(
    context,
    { what: 'consoles that watched as that account and were asked', value: told.length, unit: 'times' },
    { what: 'of which Redis was gone before it was asked', value: watched.length - told.length, unit: 'times' },
    { what: 'with users, a topology or a demo of their own', value: lines.length - watched.length, unit: 'times' },
    { what: `denials: ${what.join(', ') || 'none'}`, value: told.reduce((sum, count) => sum + count, 0), ...none },
    { what: `stories that failed, of ${stats.expected + stats.unexpected}`, value: stats.unexpected, ...none },
  )
})
