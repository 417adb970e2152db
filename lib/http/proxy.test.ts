import { NextRequest } from 'next/server'
import { expect, test } from 'vitest'
import { Problem } from '@/lib/contract/problem'
import { proxy } from '@/proxy'
import { getDrain } from './drain'

const ask = (
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) => proxy(new NextRequest(`http://localhost:3000${path}`, { method, headers: { host: 'localhost:3000', ...headers } }))

/** What the pages behind the proxy get to see: Next carries changed request headers on the response. */
const passedOn = (response: Response, name: string) => response.headers.get(`x-middleware-request-${name}`)

test('every response has a policy with a nonce of its own, and the page gets the same one', () => {
  const nonces = Array.from({ length: 200 }, () => {
    const response = ask('/sessions')
    const policy = response.headers.get('Content-Security-Policy') ?? ''
    const nonce = /script-src 'nonce-([^']+)' 'strict-dynamic';/.exec(policy)?.[1] ?? ''
    expect(passedOn(response, 'x-nonce')).toBe(nonce)
    expect(passedOn(response, 'content-security-policy')).toBe(policy)
    return nonce
  })
  expect(new Set(nonces).size).toBe(200)
  for (const nonce of nonces) expect(Buffer.from(nonce, 'base64').length).toBeGreaterThanOrEqual(16)
})

test('the policy allows no script, object, base, frame or form but our own', () => {
  const policy = ask('/sessions').headers.get('Content-Security-Policy') ?? ''
  expect(policy.replace(/nonce-[^']+/g, 'nonce').split('; ')).toEqual([
    `default-src 'none'`,
    `script-src 'nonce' 'strict-dynamic'`,
    `style-src 'self' 'nonce'`,
    `style-src-attr 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `manifest-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types default`,
  ])
})

test.each(['/sessions', '/api/me', '/_next/static/x.js', '/nowhere', '/_next/image?url=x'])(
  '%s has all headers',
  (path) => {
    const { headers } = ask(path)
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin')
    expect(headers.get('Permissions-Policy')).toContain('camera=()')
    expect(headers.get('Content-Security-Policy')).toContain(`frame-ancestors 'none'`)
  },
)

test.each(['/sessions', '/api/me', '/login', '/_next/static/x.js', '/icon.svg', '/healthz/x'])(
  '%s under another Host is 421',
  async (path) => {
    const response = ask(path, { headers: { host: 'evil.example' } })
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(Problem.parse(await response.json())).toMatchObject({ status: 421, code: 'wrong-host' })
  },
)

test.each(['/healthz', '/readyz', '/metrics'])('%s answers to any Host', (path) => {
  expect(ask(path, { headers: { host: '10.1.2.3:8080' } }).status).toBe(200)
})

test.each([
  'content-security-policy',
  'content-security-policy-report-only',
  'x-nonce',
  'x-middleware-subrequest',
  'x-middleware-rewrite',
  'x-nextjs-data',
  'x-invoke-path',
  'x-matched-path',
  'x-now-route-matches',
  'x-original-url',
  'x-rewrite-url',
  'next-resume',
])('an inbound %s does not reach the pages', (name) => {
  const response = ask('/sessions', { headers: { [name]: `'nonce-forged'` } })
  expect(JSON.stringify([...response.headers])).not.toContain('forged')
  const kept = response.headers.get('x-middleware-override-headers')?.split(',') ?? []
  if (!['content-security-policy', 'x-nonce'].includes(name)) expect(kept).not.toContain(name)
  expect(kept).toContain('host')
})

test('server actions, the image optimizer and writing to pages and unheard-of methods are refused', () => {
  const statuses = [
    ask('/sessions', { method: 'POST', headers: { 'next-action': 'x' } }),
    ask('/api/me', { headers: { 'Next-Action': 'x' } }),
    ask('/login', { method: 'POST' }),
    ask('/apis', { method: 'DELETE' }),
    ask('/api/me', { method: 'PROPFIND' }),
    ask('/_next/image?url=%2Ficon.svg&w=64&q=75'),
  ].map(({ status }) => status)
  expect(statuses).toEqual([405, 405, 405, 405, 405, 404])
  expect(ask('/api/login', { method: 'POST' }).status).toBe(200)
})

test('while this process ends everything but its health is told to ask elsewhere, and nothing is done', async () => {
  const ended = getDrain().end()
  for (const [path, method] of [
    ['/sessions', 'GET'],
    ['/readyz', 'GET'],
    ['/api/sessions/x', 'DELETE'],
  ] as const) {
    const answer = ask(path, { method })
    expect(answer.status, path).toBe(503)
    expect(answer.headers.get('Retry-After'), path).toBe('1')
    expect(Problem.parse(await answer.json()).code).toBe('ending')
  }
  expect(ask('/healthz').status).toBe(200)
  await ended
})
