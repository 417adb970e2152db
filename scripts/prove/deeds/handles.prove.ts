import { randomBytes } from 'node:crypto'
import { test } from 'vitest'
import { tell } from '@/bench/support/row'
import { createHandles } from '@/lib/session/handle'

const tries = 1_000_000

test('handles that nobody was given', { timeout: 600_000 }, (context) => {
  const handles = createHandles(randomBytes(32))
  const real = Buffer.from(handles.seal('sess', Buffer.from('sess:0123456789abcdef')), 'base64url')
  let opened = 0
  for (let at = 0; at < tries; at += 1) {
    // Half of them random, half a real one with one bit turned.
    const bytes = at % 2 === 0 ? randomBytes(real.length) : Buffer.from(real)
    if (at % 2 === 1) {
      const bit = (at >> 1) % (8 * real.length)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    }
    if (handles.open(bytes.toString('base64url')) !== null) opened += 1
  }
  tell(context, {
    ...{ id: 'X-02', what: `of ${tries} random and bent handles that opened anything`, value: opened },
    ...{ unit: 'times', bound: { of: 'value', most: 0 } },
  })
})
