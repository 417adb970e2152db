import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeFirstLook } from './first-look'

let stop = () => {}
beforeEach(() => {
  stop = takeFirstLook({ publicUrl: null })
})
afterEach(() => stop())

/** What a framework in this process sees of a request, and the headers of its bare answer. */
async function look(path: string, method = 'GET') {
  const server = createServer((seen, response) =>
    response.end(JSON.stringify({ method: seen.method, url: seen.url, host: seen.headers.host })),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const headers = { Host: 'localhost' }
  const sent = request({ port, host: '127.0.0.1', path, method, headers, agent: false }).end()
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const part of answer) text += part
  server.close()
  return { headers: answer.headers as Record<string, string>, ...JSON.parse(text) }
}

test('an answer that nobody of ours gave has the headers of all others, and is stored by nobody', async () => {
  const { headers } = await look('//sessions')
  expect(headers).toMatchObject({
    'content-security-policy': `default-src 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  })
  stop()
  expect((await look('//sessions')).headers).not.toHaveProperty('x-content-type-options')
})

test('what is named after its content may be kept by browsers', async () => {
  for (const path of ['/_next/static/chunks/a.js', '/base/_next/static/a.css?x', '/icon.svg']) {
    expect((await look(path)).headers, path).not.toHaveProperty('cache-control')
  }
  for (const path of ['/api/sessions?/_next/static/', '/sessions/icon.svg/x']) {
    expect((await look(path)).headers['cache-control'], path).toBe('no-store')
  }
})

test('of a whole address the path is asked for, and its host is the one that counts', async () => {
  expect(await look('http://evil.example/api/me?a=1')).toMatchObject({ url: '/api/me?a=1', host: 'evil.example' })
  expect(await look('HTTPS://evil.example')).toMatchObject({ url: '/', host: 'evil.example' })
  expect(await look('http://?x')).toMatchObject({ url: '/?x', host: '' })
  expect(await look('/api/me?next=http://evil.example/')).toMatchObject({ host: 'localhost' })
})

test('what is no path becomes one', async () => {
  expect(await look('*', 'OPTIONS')).toMatchObject({ url: '/*', host: 'localhost' })
})

test('TRACE is a method that nobody knows', async () => {
  expect((await look('/api/me', 'TRACE')).method).toBe('UNKNOWN')
  expect((await look('/api/me', 'DELETE')).method).toBe('DELETE')
})
