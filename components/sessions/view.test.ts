import { expect, test } from 'vitest'
import { readView, targetOf, writeView } from './view'

const read = (search: string) => readView(new URLSearchParams(search))

test('an address reproduces its view', () => {
  const address = '?status=active,expiring&minSizeBytes=4097&sort=expiresAt&order=asc'
  expect(writeView(read(address))).toBe(address)
})

test('the default view has a bare address', () => {
  expect(writeView(read(''))).toBe('')
  expect(targetOf(read(''), 1)).toBe('/api/sessions?page=1&size=200')
})

test('nothing personal is read from an address or written to one', () => {
  expect(read('?q=alice&principal=42&ip=1.2.3.4')).toEqual(read(''))
})

test('a value that the contract refuses is left out and the rest stands', () => {
  expect(read('?status=nonsense&finding=oversized&minSizeBytes=-1&order=up')).toEqual({
    finding: ['oversized'],
    sort: 'lastSeenAt',
    order: 'desc',
  })
})
