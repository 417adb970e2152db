import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { addressOf, networkOf, peerOf, stampAddresses } from './address'

let stop = () => {}
afterEach(() => stop())

/** What a server in this process takes the client's address to be. */
async function addressSeen(forwarded?: string, look = addressOf): Promise<string | null> {
  const server = createServer((request, response) => {
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
    response.end(JSON.stringify(look(headers)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }
  const [response] = await once(get({ port, host: '127.0.0.1', headers, agent: false }), 'response')
  let text = ''
  for await (const part of response) text += part
  server.close()
  return JSON.parse(text)
}

test('without TRUST_PROXY the address is the socket’s, whatever the client writes', async () => {
  stop = stampAddresses({ trustsProxy: false })
  expect(await addressSeen()).toBe('127.0.0.1')
  expect(await addressSeen('203.0.113.9')).toBe('127.0.0.1')
})

test('with TRUST_PROXY the address is the last hop of X-Forwarded-For', async () => {
  stop = stampAddresses({ trustsProxy: true })
  expect(await addressSeen('198.51.100.1, 203.0.113.9')).toBe('203.0.113.9')
  expect(await addressSeen('203.0.113.9:4711')).toBe('203.0.113.9')
  expect(await addressSeen('[2001:db8::1]:4711')).toBe('2001:db8::1')
  expect(await addressSeen('<script>')).toBe('127.0.0.1')
})

test('the peer is the socket’s, with TRUST_PROXY as well', async () => {
  stop = stampAddresses({ trustsProxy: true })
  expect(await addressSeen('203.0.113.9', peerOf)).toBe('127.0.0.1')
})

test('a request that was not stamped has no address', async () => {
  expect(await addressSeen('203.0.113.9')).toBeNull()
  expect(await addressSeen('203.0.113.9', peerOf)).toBeNull()
})

test('an IPv6 network of 64 bits is one client', () => {
  expect(networkOf('2001:db8:0:7::1')).toBe(networkOf('2001:0db8:0000:0007:ffff::2'))
  expect(networkOf('2001:db8:0:7::1')).not.toBe(networkOf('2001:db8:0:8::1'))
  expect(networkOf('::1')).toBe('0:0:0:0')
  expect(networkOf('203.0.113.9')).toBe('203.0.113.9')
})
