import { expect, test } from 'vitest'
import { csvCell, download } from './download'

test.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx'])('%j is no formula in a spreadsheet', (text) => {
  expect(csvCell(text).replace(/^"/, '')).toMatch(/^'/)
})

test('quotes, commas and line breaks stay within their cell, and nothing is an empty one', () => {
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"')
  expect(csvCell('a\nb')).toBe('"a\nb"')
  expect([csvCell(null), csvCell(-3), csvCell('plain')]).toEqual(['', '-3', 'plain'])
})

async function* rows() {
  yield { name: 'Alice', note: '=cmd()' }
  yield { name: 'Bert', note: null }
}

test('rows become CSV or one JSON array, as a file', async () => {
  const csv = download(rows(), { name: 'x', format: 'csv', columns: ['name', 'note'] })
  expect(csv.headers.get('Content-Disposition')).toBe('attachment; filename="x.csv"')
  expect(await csv.text()).toBe("name,note\r\nAlice,'=cmd()\r\nBert,\r\n")
  const json = download(rows(), { name: 'x', format: 'json', columns: ['name', 'note'] })
  expect(await json.json()).toEqual([
    { name: 'Alice', note: '=cmd()' },
    { name: 'Bert', note: null },
  ])
})

test('a failure on the way cuts the file short instead of ending it well', async () => {
  async function* broken() {
    yield { name: 'Alice' }
    throw new Error('gone')
  }
  await expect(download(broken(), { name: 'x', format: 'csv', columns: ['name'] }).text()).rejects.toThrow()
})
