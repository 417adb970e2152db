import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KnownError } from '@/lib/errors'
import { answerWithoutAddresses, askWithoutAddresses, hideAddresses, hideIn } from './addresses'

const addresses = [
  '203.0.113.9',
  '10.0.0.255',
  '2001:db8::7',
  '2001:DB8:0:0:0:0:0:7',
  '::ffff:203.0.113.9',
  'fe80::1',
  '::1',
]

describe('what is shown', () => {
  test.each(addresses)('%s is hidden wherever it stands', (address) => {
    for (const text of [address, `from ${address}.`, `[${address}]`, `${address}, ${address}`, `"${address}"`]) {
      expect(hideIn(text), text).toBe(text.replaceAll(address, 'hidden'))
    }
    expect(JSON.stringify(hideAddresses({ a: [{ [address]: `at ${address}` }], principal: address }))).not.toContain(
      address,
    )
  })

  test('an IPv4 address with a port or a mask is hidden too', () => {
    expect(hideIn('203.0.113.9:4711 and 10.0.0.0/8 and http://203.0.113.9/x')).toBe(
      'hidden:4711 and hidden/8 and http://hidden/x',
    )
  })

  test('what is none stays: times, versions of three parts, names, handles, counts', () => {
    const row = {
      at: 1_700_000_000_000,
      text: '12:30:45, 1.2.3, 999.1.1.1, App::find, a1.2.3.4, 10%',
      handle: 'AbC-_d',
      ttlMs: null,
    }
    expect(hideAddresses(row)).toEqual(row)
  })

  test('under a name that says address everything is hidden, whatever it looks like; a name that only sounds so is not one', () => {
    const named = {
      ip: 'host-7',
      remote_addr: 3_405_803_785,
      clientIp: ['a', 'b'],
      'X-Forwarded-For': 'unknown',
      lastIP: { '#type': 'bytes', '#value': 'cb007109' },
    }
    expect(hideAddresses(named)).toEqual({
      ip: 'hidden',
      remote_addr: 'hidden',
      clientIp: ['hidden', 'hidden'],
      'X-Forwarded-For': 'hidden',
      lastIP: { '#type': 'bytes', '#value': 'hidden' },
    })
    const others = { zip: '8000', ship: 'a', membership: 'b', description: 'c', ip: null, skipped: 3 }
    expect(hideAddresses(others)).toEqual(others)
  })

  test('what comes out is plain, as pages take it, and `__proto__` is a name', () => {
    const shown = hideAddresses(JSON.parse('{"__proto__": {"ip": "::1"}, "a": [{"b": 1}]}'))
    expect(JSON.stringify(shown)).toBe('{"__proto__":{"ip":"hidden"},"a":[{"b":1}]}')
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype)
  })

  test('two names that differ by their address are still two', () => {
    expect(hideAddresses({ '203.0.113.9': 1, '203.0.113.10': 2 })).toEqual({ hidden: 1, 'hidden 2': 2 })
  })

  test('an answer keeps its status and headers, and a file loses its addresses, also where they are cut in two', async () => {
    const json = await answerWithoutAddresses(
      Response.json({ ip: '203.0.113.9' }, { status: 202, headers: { ETag: 'W/"x"' } }),
    )
    expect([json.status, json.headers.get('etag'), await json.json()]).toEqual([202, 'W/"x"', { ip: 'hidden' }])
    const parts = ['when,ip\n1,203.0.', '113.9\n2,2001:d', 'b8::7\n']
    const body = new ReadableStream({
      start(sink) {
        for (const part of parts) sink.enqueue(new TextEncoder().encode(part))
        sink.close()
      },
    })
    const file = await answerWithoutAddresses(new Response(body, { headers: { 'Content-Type': 'text/csv' } }))
    expect(await file.text()).toBe('when,ip\n1,hidden\n2,hidden\n')
  })
})

describe('what may be asked', () => {
  test('nothing by an address, and words anywhere but in addresses', () => {
    for (const asked of [
      { ip: ['10.0.0.0/8'] },
      { sort: 'ip' },
      { filter: { ip: ['::1'] } },
      { filter: { filter: { ip: ['::1'] } } },
    ]) {
      expect(() => askWithoutAddresses(asked)).toThrow(KnownError)
    }
    expect(askWithoutAddresses({ q: '10.' })).toEqual({ q: '10.', noAddress: true })
    expect(askWithoutAddresses({ deed: 'revoke', filter: { words: ['a', 'b'] } })).toEqual({
      deed: 'revoke',
      filter: { words: ['a', 'b'], noAddress: true },
    })
    expect(askWithoutAddresses({ sort: 'label', ip: undefined })).toEqual({ sort: 'label', ip: undefined })
    expect([askWithoutAddresses(undefined), askWithoutAddresses('ip')]).toEqual([undefined, 'ip'])
  })
})

test('every page that shows something at first asks and tells as the interface does', () => {
  const folder = join(new URL('../..', import.meta.url).pathname, 'app/(console)')
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('page.tsx'))
  const showing = pages.filter((file) => /fallback=/.test(readFileSync(join(folder, file), 'utf8')))
  expect(showing.length).toBeGreaterThan(8)
  for (const file of showing)
    expect(readFileSync(join(folder, file), 'utf8'), file).toMatch(/readOrNull\(admin, |shownTo\(admin, /)
})
