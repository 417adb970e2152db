import { expect, test } from 'vitest'
import { deeds } from '@/lib/contract/audit'
import { readView, targetOf, writeView } from './view'
import { deedWords } from './words'

test('a view and its address say the same', () => {
  const text = '?deed=session.revoke,session.extend&admin=olga&handle=h_1-x&since=5&page=3'
  expect(writeView(readView(new URLSearchParams(text)))).toBe(text)
  expect(targetOf(readView([]))).toBe('/api/audit')
})

test('what the contract refuses is left out of a view', () => {
  const view = readView(new URLSearchParams('?deed=nonsense&admin=olga&page=0&size=7&q=x'))
  expect(view).toEqual({ admin: 'olga', page: 1 })
})

test('every deed has words, no two the same', () => {
  const words = deeds.map((deed) => deedWords[deed])
  expect(new Set(words).size).toBe(deeds.length)
})
