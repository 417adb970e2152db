import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '@/e2e/support/redis'
import { caller, startReplica, stopReplicas } from '@/e2e/support/replica'
import { parseSettings } from '@/lib/settings.mjs'
import type { Admins } from './admins'

const proxyAddress = '127.0.0.9'
const poll = { isPoll: true }
const env = {
  ROLLCALL_PROXY_USER_HEADER: 'X-Forwarded-User',
  ROLLCALL_PROXY_ROLE_HEADER: 'X-Forwarded-Role',
  ROLLCALL_PROXY_PEERS: '127.0.0.8/31',
  TRUST_PROXY: 'on',
}

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(async () => {
  await server.client().flushall()
})
afterEach(stopReplicas)
afterAll(() => server?.stop())

async function startWith(given: Record<string, string>) {
  const { settings, faults } = parseSettings(given, () => '')
  if (settings === null) throw new Error(faults.join('\n'))
  return startReplica(server, settings)
}

type Sent = Record<string, string | string[]>

/** Whom the proxy vouches for in a request that comes over a real socket from `from`. */
async function vouchedBy(admins: Admins, sent: Sent, from = proxyAddress) {
  const seen: ReturnType<Admins['vouchedBy']>[] = []
  const http = createServer((incoming, answer) => {
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value))
    seen.push(admins.vouchedBy(headers))
    answer.end()
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  // A server that listens on a port has this shape of address.
  const { port } = http.address() as AddressInfo
  const asked = request({ host: '127.0.0.1', port, localAddress: from, headers: sent, agent: false }).end()
  const [answer] = await once(asked, 'response')
  answer.resume()
  await once(answer, 'end')
  http.close()
  return seen[0] ?? null
}

const ada = { 'X-Forwarded-User': 'ada', 'X-Forwarded-Role': 'operator' }

test('whom the proxy names is believed from the proxy, and from nobody else, whatever they claim to be', async () => {
  const { admins } = await startWith(env)
  expect(await vouchedBy(admins, ada)).toEqual({ username: 'proxy:ada', role: 'operator' })
  const forgeries: Sent[] = [
    ada,
    { ...ada, 'X-Forwarded-For': proxyAddress },
    { ...ada, 'X-Forwarded-For': `203.0.113.9, ${proxyAddress}` },
    { ...ada, 'X-Real-IP': proxyAddress },
    { ...ada, Forwarded: `for=${proxyAddress}` },
    { ...ada, 'X-Address-Peer': proxyAddress },
    { ...ada, 'X-Forwarded-Host': 'localhost', 'X-Forwarded-Proto': 'https' },
    { ...ada, Via: `1.1 ${proxyAddress}` },
    { 'x-forwarded-user': 'admin', 'x-forwarded-role': 'admin' },
    { 'X-Forwarded-User': ['ada', 'ada'], 'X-Forwarded-Role': 'admin', 'Remote-User': 'ada' },
  ]
  const believed = await Promise.all(forgeries.map((forgery) => vouchedBy(admins, forgery, '127.0.0.1')))
  expect(believed).toEqual(Array(10).fill(null))
})

test('without the settings no header of any proxy is believed', async () => {
  const { admins } = await startWith({})
  expect(await vouchedBy(admins, ada)).toBeNull()
})

test('a name or a role that is none, or came twice, is nobody’s', async () => {
  const { admins } = await startWith(env)
  for (const wrong of [
    { 'X-Forwarded-User': '' },
    { 'X-Forwarded-User': 'eve, ada' },
    { 'X-Forwarded-User': ['eve', 'ada'] },
    { 'X-Forwarded-User': 'a'.repeat(151) },
    { 'X-Forwarded-Role': '' },
    { 'X-Forwarded-Role': 'Admin' },
    { 'X-Forwarded-Role': 'operator, admin' },
    { 'X-Forwarded-Role': 'constructor' },
  ]) {
    expect(await vouchedBy(admins, { ...ada, ...wrong }), JSON.stringify(wrong)).toBeNull()
  }
})

test('a session holds while the proxy says the same of each request, is listed, is never fresh, and ends', async () => {
  const { admins, entries } = await startWith(env)
  const vouched = await vouchedBy(admins, ada)
  if (vouched === null) throw new Error('The proxy is not believed')
  const id = await admins.signInVouched(vouched, { earlierId: null, userAgent: null, ...caller })
  const found = await admins.find(id, { ...poll, vouched })
  expect(found).toMatchObject({ username: 'proxy:ada', role: 'operator', by: 'proxy' })
  expect(found).not.toHaveProperty('signedInAt')
  for (const other of [null, { ...vouched, username: 'proxy:eve' }, { ...vouched, role: 'admin' as const }]) {
    expect(await admins.find(id, { ...poll, vouched: other })).toBeNull()
  }
  expect(await admins.find(id, poll)).toBeNull()
  expect((await admins.consoles.list(id)).rows).toMatchObject([{ username: 'proxy:ada', role: 'operator' }])
  expect(entries).toMatchObject([{ admin: 'proxy:ada', outcome: 'done', reason: 'by the word of the proxy' }])
  const elsewhere = await startWith({ ...env, ROLLCALL_PROXY_PEERS: '127.0.0.7' })
  expect(await elsewhere.admins.find(id, { ...poll, vouched })).toBeNull()
})
