import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'rolldown'
import { expect, test } from 'vitest'
import { tell } from '@/bench/support/row'

const root = process.cwd()
const megabyte = 1024 * 1024
const none = { unit: 'times', bound: { of: 'value', most: 0 } } as const

test('every hostile value in every format, in a process that may do nothing', {
  timeout: 3_600_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-hostile-'))
  try {
    await build({
      ...{
        input: join(root, 'scripts/prove/hostile/read-alone.ts'),
        platform: 'node',
        tsconfig: join(root, 'tsconfig.json'),
      },
      output: { dir: folder, entryFileNames: 'read-alone.mjs', format: 'esm' },
    })
    // Where the values lie is told from where the code is.
    cpSync(join(root, 'lib/formats/fixtures/hostile.json'), join(folder, 'fixtures/hostile.json'))
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        ...[
          permission(),
          `--allow-fs-read=${folder}`,
          '--allow-fs-read=/tmp/pwned',
          '--disallow-code-generation-from-strings',
        ],
        ...['--expose-gc', '--unhandled-rejections=strict', join(folder, 'read-alone.mjs')],
      ],
      { maxBuffer: 64 * megabyte },
    )
    const told = JSON.parse(stdout)
    expect(told.faults).toEqual([])
    expect([told.canMakeCode, told.wasRun]).toEqual([false, false])
    const readings = `${told.files} hostile values as a row and as a page, ${told.readings} readings by all formats`
    tell(
      context,
      { id: 'D-02', what: `${readings}: threw, or ran anything`, value: told.faults.length, ...none },
      { id: 'D-02', what: 'hostile values', value: told.files, unit: 'times', bound: { of: 'value', least: 500 } },
      {
        id: 'D-05',
        what: `slowest to be read for the roster, in its own thread (${told.slowestRow.name})`,
        value: told.slowestRow.ms,
        unit: 'ms',
        bound: { of: 'value', most: 50 },
      },
      {
        id: 'D-05',
        what: `slowest to be read and masked for a page (${told.slowestPage.name})`,
        value: told.slowestPage.ms,
        unit: 'ms',
        bound: { of: 'value', most: 100 },
      },
      {
        id: 'D-05',
        what: `slowest to be read by a format that was chosen for it (${told.slowestPinned.name})`,
        value: told.slowestPinned.ms,
        unit: 'ms',
        bound: { of: 'value', most: 100 },
      },
      {
        id: 'D-03',
        what: 'most memory that one value took in all formats together',
        value: told.grewBytes,
        unit: 'bytes',
        bound: { of: 'value', most: 64 * megabyte },
      },
      { id: 'D-04', what: 'bombs', value: told.bombs, unit: 'times', bound: { of: 'value', least: 20 } },
      {
        id: 'D-04',
        what: `slowest bomb to be refused (${told.slowestBomb.name})`,
        value: told.slowestBomb.ms,
        unit: 'ms',
        bound: { of: 'value', most: 100 },
      },
      {
        id: 'D-04',
        what: 'most memory that one bomb took in all formats together',
        value: told.bombsGrewBytes,
        unit: 'bytes',
        bound: { of: 'value', most: 32 * megabyte },
      },
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function permission(): string {
  return process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
}
