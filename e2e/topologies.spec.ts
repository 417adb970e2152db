import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Cluster } from 'ioredis'
import { SessionPage } from '@/lib/contract/session'
import { SourceList } from '@/lib/contract/source'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { startRedis } from './support/redis'
import { startCluster, startSentinel } from './support/topology'

const count = 60
const express = (index: number) =>
  JSON.stringify({
    cookie: { originalMaxAge: 600_000, expires: null, path: '/' },
    user: { id: index, name: `P ${index}` },
  })

type Writer = { set(key: string, value: string, unit: 'PX', ms: number): Promise<unknown> }

/** Writes sessions, then looks, revokes, takes back and extends through the interface: what must work wherever Redis lives. */
async function workThrough(rollcall: RollcallConsole, client: Writer) {
  for (let index = 0; index < count; index += 1) await client.set(`sess:${index}`, express(index), 'PX', 600_000)
  const admin = await rollcall.as('admin')
  const list = async () => SessionPage.parse(await (await admin.call('GET', '/api/sessions?size=100')).json())
  await waitUntil(async () => (await list()).total === count, 5000)
  const page = await list()
  expect(page.freshness.state).toBe('live')
  expect(new Set(page.rows.map(({ principal }) => principal)).size).toBe(count)
  for (const { handle } of page.rows.slice(0, 6)) {
    expect(await (await admin.call('DELETE', `/api/sessions/${handle}`)).json()).toMatchObject({ outcome: 'done' })
  }
  expect((await list()).total).toBe(count - 6)
  for (const { handle } of page.rows.slice(0, 6)) {
    const undone = await admin.call('POST', `/api/sessions/${handle}/restoration`)
    expect(await undone.json()).toMatchObject({ outcome: 'done' })
  }
  await waitUntil(async () => (await list()).total === count, 3000)
  for (const { handle, expiresAt } of page.rows.slice(0, 6)) {
    const extended = await admin.call('POST', `/api/sessions/${handle}/extension`, { byMs: 3_600_000 })
    expect(await extended.json()).toMatchObject({ outcome: 'done', expiresAt: (expiresAt ?? 0) + 3_600_000 })
  }
  const { sources } = SourceList.parse(await (await admin.call('GET', '/api/sources')).json())
  expect(sources.find(({ id }) => id === 'sess')).toMatchObject({ sessions: count, feed: 'tracking' })
}

test('a cluster of three: every primary is seen, and deeds find their node', async () => {
  const cluster = await startCluster()
  const client = new Cluster(cluster.hosts)
  const hosts = cluster.hosts.map(({ host, port }) => `${host}:${port}`).join(',')
  const rollcall = await startConsole(`redis+cluster://${hosts}`)
  try {
    await workThrough(rollcall, client)
  } finally {
    await rollcall.stop()
    client.disconnect()
    await cluster.stop()
  }
})

test('Sentinel: the primary is found, and found again after a failover', async () => {
  const sentinel = await startSentinel()
  const hosts = sentinel.hosts.map(({ host, port }) => `${host}:${port}`).join(',')
  const rollcall = await startConsole(`redis+sentinel://${hosts}/${sentinel.masterName}`)
  try {
    await workThrough(rollcall, sentinel.primary.client())
    await sentinel.failOver()
    const admin = await rollcall.as('admin')
    await waitUntil(async () => {
      const answer = await admin.call('GET', '/api/sessions')
      if (answer.status !== 200) return false
      const { freshness, total } = SessionPage.parse(await answer.json())
      return freshness.state === 'live' && total === count
    }, 15_000)
  } finally {
    await rollcall.stop()
    await sentinel.stop()
  }
})

test('TLS with a certificate that the machine trusts, and never without', async () => {
  const redis = await startRedis({ tls: true })
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-ca-'))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, redis.ca ?? '')
  const rollcall = await startConsole(redis.url, { NODE_EXTRA_CA_CERTS: file })
  try {
    await workThrough(rollcall, redis.client())
  } finally {
    await rollcall.stop()
    await redis.stop()
    rmSync(folder, { recursive: true })
  }
})

test('two databases of one server, over a unix socket, are two sources', async () => {
  const redis = await startRedis({ unixSocket: true })
  const second = redis.client({ db: 2 })
  await second.set('sess:in-two', express(1000), 'PX', 600_000)
  const rollcall = await startConsole(`unix://${redis.socketPath}?db=0,2`)
  try {
    await redis.client().set('sess:in-none', express(2000), 'PX', 600_000)
    const admin = await rollcall.as('admin')
    const list = async () => SessionPage.parse(await (await admin.call('GET', '/api/sessions')).json())
    await waitUntil(async () => (await list()).total === 2, 5000)
    expect((await list()).rows.map(({ source }) => source).sort()).toEqual(['sess-db0', 'sess-db2'])
    const row = (await list()).rows.find(({ principal }) => principal === '1000')
    expect(await (await admin.call('DELETE', `/api/sessions/${row?.handle}`)).json()).toMatchObject({ outcome: 'done' })
    expect(await second.exists('sess:in-two')).toBe(0)
    expect(await redis.client().exists('sess:in-none')).toBe(1)
  } finally {
    await rollcall.stop()
    await redis.stop()
  }
})
