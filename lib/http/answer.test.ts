import { expect, test } from 'vitest'
import { isNotModified } from './answer'

const etag = 'W/"b1.42"'
const asking = (known?: string) =>
  new Request('http://localhost/', known ? { headers: { 'If-None-Match': known } } : {})

test.each([etag, '"b1.42"', `"other", ${etag}`, `${etag},W/"x"`, '*'])('%s is what the ETag names', (known) => {
  expect(isNotModified(asking(known), etag)).toBe(true)
})

test.each([undefined, '"b1.4"', 'W/"b1.421"', 'b1.42', '""'])('%s is not', (known) => {
  expect(isNotModified(asking(known), etag)).toBe(false)
})
