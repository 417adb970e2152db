import { expect, test } from 'vitest'
import { createThrottle } from './throttle'

let at = 1_000
const throttle = () => createThrottle({ perClient: 2, overall: 3, windowMs: 60_000, now: () => at })
const tooMany = expect.objectContaining({ code: 'too-many' })

test('a client is let in as often as its limit says, and told when to come back', () => {
  const { admit } = throttle()
  admit('a')
  admit('a')
  at += 20_000
  expect(() => admit('a')).toThrow(expect.objectContaining({ code: 'too-many', retryAfterMs: 40_000 }))
  admit('b')
})

test('all clients together have a limit too', () => {
  const { admit } = throttle()
  for (const client of ['a', 'b', 'c']) admit(client)
  expect(() => admit('d')).toThrow(tooMany)
})

test('the next window begins anew, also after the clock was set back', () => {
  const { admit } = throttle()
  admit('a')
  admit('a')
  at += 60_000
  admit('a')
  admit('a')
  at -= 1
  expect(() => admit('a')).not.toThrow()
})
