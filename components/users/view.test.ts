import { expect, test } from 'vitest'
import { readView, targetOf, writeView } from './view'

const read = (search: string) => readView(new URLSearchParams(search))

test('an address reproduces its view', () => {
  expect(writeView(read('?sort=sessions&order=asc'))).toBe('?sort=sessions&order=asc')
  expect(writeView(read(''))).toBe('')
  expect(targetOf(read(''), 1)).toBe('/api/users?page=1&size=200')
})

test('nothing personal is read from an address, and what the contract refuses is left out', () => {
  expect(read('?q=alice&principal=42&sort=nonsense&order=up&page=3')).toEqual({ sort: 'lastSeenAt', order: 'desc' })
})
