import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formats } from '.'

const rows = readFileSync('docs/formats.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `') && !line.startsWith('| `npm'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('every format has one row in the table of formats, and no row is of another', () => {
  expect(rows.map(([, id]) => id).sort()).toEqual(formats.map(({ id }) => `\`${id}\``).sort())
})

test('every row says what it shows, revokes and extends, the versions tried and what proves it', () => {
  for (const [, id, ...cells] of rows) {
    expect(cells.slice(0, 6), id).not.toContain('')
    expect(cells[5], id).toMatch(/^(`npm test`|`npm run prove`|real bytes|synthetic bytes)/)
  }
})
