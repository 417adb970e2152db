import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const section = page.slice(page.indexOf('## Teeth'), page.indexOf("## The console's own doors"))
const rows = [...section.matchAll(/^\| ([^|]+) \| `([^`]+)` \| ([^|]+) \|$/gm)]

test('each guard that is told to be proven has the test that takes it away, and their number is true', () => {
  const [, proven, all] = /Guards proven: (\d+) of (\d+)\./.exec(section) ?? []
  expect(rows.length).toBeGreaterThan(0)
  expect([Number(proven), Number(all)]).toEqual([rows.length, rows.length])
  for (const [, guard, file = '', name = ''] of rows) {
    const text = readFileSync(join(root, file), 'utf8')
    const isThere = ["'", '"', '`'].some((mark) => text.includes(`(${mark}${name}${mark}`))
    expect([guard, isThere]).toEqual([guard, true])
  }
})
