import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeDevice } from './device'

const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
const samsung =
  'Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/142.0.0.0 Mobile Safari/537.36'
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1'

test.each([
  [windows, 'Chrome on Windows'],
  [iphone, 'Safari on iPhone'],
  [samsung, 'Samsung Internet on Android'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['', null],
  ['   ', null],
  [null, null],
])('%s is %s', (text, device) => {
  expect(describeDevice(text)).toBe(device)
})

test('no text makes it throw or gives an empty name', () => {
  fc.assert(fc.property(fc.string({ maxLength: 700 }), (text) => describeDevice(text) !== ''))
})

test('a long text is cut before it is parsed', () => {
  const startedAt = performance.now()
  expect(describeDevice(`${windows}${' ('.repeat(500_000)}`)).toBe('Chrome on Windows')
  expect(performance.now() - startedAt).toBeLessThan(200)
})
