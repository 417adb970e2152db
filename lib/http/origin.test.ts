import { describe, expect, test } from 'vitest'
import { canHoldCookie, isAllowedHost, isArrival, isHttps, isSameOrigin } from './origin'

const settings = { allowedHosts: ['rollcall.example.com', '[2001:db8::1]'], publicUrl: null, trustsProxy: false }

describe('isAllowedHost', () => {
  test.each([
    ['localhost'],
    ['localhost:3000'],
    ['LOCALHOST:1'],
    ['localhost.'],
    ['localhost.:3000'],
    ['127.0.0.1'],
    ['127.0.0.1:65535'],
    ['[::1]'],
    ['[::1]:3000'],
    ['[0:0:0:0:0:0:0:1]:3000'],
    ['rollcall.example.com'],
    ['Rollcall.Example.COM:8443'],
    ['rollcall.example.com.'],
    ['[2001:DB8:0::1]:3000'],
  ])('%s is answered', (host) => {
    expect(isAllowedHost(host, settings)).toBe(true)
  })

  test.each([
    [null],
    [''],
    ['evil.example'],
    ['localhost.evil.example'],
    ['evil.localhost'],
    ['rollcall.example.com.evil.example'],
    ['notrollcall.example.com'],
    ['127.0.0.1.nip.io'],
    ['127.0.0.2'],
    ['127.1'],
    ['0.0.0.0'],
    ['0x7f000001'],
    ['2130706433'],
    ['017700000001'],
    ['[::]'],
    ['[::ffff:127.0.0.1]'],
    ['[::1'],
    ['::1'],
    ['localhost:3000:3000'],
    ['localhost:'],
    ['localhost..'],
    ['localhost@evil.example'],
    ['evil.example@localhost'],
    ['evil.example/localhost'],
    ['localhost, evil.example'],
    ['localhost evil.example'],
    ['localhost%00'],
    ['ⓛocalhost'],
  ])('%s is refused', (host) => {
    expect(isAllowedHost(host, settings)).toBe(false)
  })
})

describe('isSameOrigin', () => {
  const own = 'http://localhost:3000'
  const sites = ['same-origin', 'same-site', 'cross-site', 'none', 'Same-Origin', null]
  const origins = [own, 'http://localhost:3001', 'https://localhost:3000', 'http://evil.example', 'null', null]

  /** What each pair of headers comes to, with a cookie: only the browser's own word, or without it the exact origin. */
  const rows = sites.flatMap((site) =>
    origins.map((origin) => [site, origin, site === 'same-origin' || (site === null && origin === own)] as const),
  )

  test('there are 36 rows, and 7 of them pass', () => {
    expect(rows).toHaveLength(36)
    expect(rows.filter(([, , passes]) => passes)).toHaveLength(7)
  })

  test.each(rows)('Sec-Fetch-Site %s, Origin %s: %s', (site, origin, passes) => {
    expect(isSameOrigin(headersOf({ 'sec-fetch-site': site, origin, cookie: 'a=b' }), settings)).toBe(passes)
  })

  test('without either header only a request without a cookie passes', () => {
    expect(isSameOrigin(headersOf({}), settings)).toBe(true)
    expect(isSameOrigin(headersOf({ cookie: '' }), settings)).toBe(false)
  })

  test('a foreign Origin is refused without a cookie as well', () => {
    expect(isSameOrigin(headersOf({ origin: 'http://evil.example' }), settings)).toBe(false)
    expect(isSameOrigin(headersOf({ origin: 'null' }), settings)).toBe(false)
  })

  test('behind a proxy that changes the Host the origin is that of PUBLIC_URL', () => {
    const behind = { ...settings, publicUrl: 'https://rollcall.example.com' }
    expect(isSameOrigin(headersOf({ origin: 'https://rollcall.example.com', cookie: 'a=b' }), behind)).toBe(true)
    expect(isSameOrigin(headersOf({ origin: 'http://rollcall.example.com', cookie: 'a=b' }), behind)).toBe(false)
  })
})

describe('isArrival', () => {
  const arrives = (site: string | null, mode = 'navigate', goal = 'document') =>
    (['own', 'anywhere'] as const).map((from) =>
      isArrival(headersOf({ 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': goal }), from),
    )

  test('from our own pages and the address bar one may begin; another site may only send a browser back', () => {
    for (const site of ['same-origin', 'none', null]) expect(arrives(site), String(site)).toEqual([true, true])
    for (const site of ['same-site', 'cross-site']) expect(arrives(site), site).toEqual([false, true])
    expect(isArrival(headersOf({}), 'own')).toBe(true)
  })

  test('a part of a page never is one: no picture, frame, script or fetch', () => {
    for (const [mode, goal] of [
      ['no-cors', 'image'],
      ['no-cors', 'script'],
      ['cors', 'empty'],
      ['navigate', 'iframe'],
      ['navigate', 'empty'],
      ['websocket', 'document'],
    ]) {
      for (const site of ['same-origin', 'cross-site', 'none'])
        expect(arrives(site, mode, goal)).toEqual([false, false])
    }
  })
})

describe('https and the cookie', () => {
  test.each([
    ['localhost:3000', true],
    ['127.0.0.1:3000', true],
    ['192.168.1.7:3000', false],
    ['rollcall.example.com', false],
    ['evil.localhost.example', false],
  ])('over plain http %s keeps a Secure cookie: %s', (host, keeps) => {
    expect(canHoldCookie(headersOf({ host }), settings)).toBe(keeps)
  })

  test('PUBLIC_URL speaks for its own host only', () => {
    const known = { ...settings, publicUrl: 'https://rollcall.example.com:8443' }
    expect(isHttps(headersOf({ host: 'rollcall.example.com:8443' }), known)).toBe(true)
    expect(isHttps(headersOf({ host: '192.168.1.7:3000' }), known)).toBe(false)
  })

  test('X-Forwarded-Proto counts with TRUST_PROXY only, and of it the last hop', () => {
    const forwarded = (proto: string) => headersOf({ host: 'x.example', 'x-forwarded-proto': proto })
    const trusting = { ...settings, trustsProxy: true }
    expect(isHttps(forwarded('https'), settings)).toBe(false)
    expect(isHttps(forwarded('https'), trusting)).toBe(true)
    expect(isHttps(forwarded('https, http'), trusting)).toBe(false)
  })
})

function headersOf(headers: Record<string, string | null>): Headers {
  const given = Object.entries({ host: 'localhost:3000', ...headers })
  return new Headers(given.filter((entry): entry is [string, string] => entry[1] !== null))
}
