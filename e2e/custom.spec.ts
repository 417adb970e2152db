import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { type RollcallConsole, startConsole } from './support/console'
import { rowOf, signIn } from './support/page'
import { type RedisServer, startRedis } from './support/redis'

const folder = mkdtempSync(join(tmpdir(), 'rollcall-custom-'))
const file = join(folder, 'rollcall.json')
let redis: RedisServer
let rollcall: RollcallConsole

/** A home-made store: MessagePack inside of gzip, under names that nobody would guess, with a lock beside each session. */
const format = {
  id: 'corner-shop',
  label: 'Corner shop',
  prefix: 'cs.',
  companions: ['cs.{id}.lock'],
  encoding: ['gzip', 'msgpack'],
  paths: { principal: 'w.no', label: 'w.called', createdAt: 't.a', lastSeenAt: 't.z', ip: 'from' },
  secrets: ['Door'],
}

test.beforeAll(async () => {
  redis = await startRedis()
  writeFileSync(file, JSON.stringify({ formats: [format, drawer] }))
  const now = Math.floor(Date.now() / 1000)
  for (const [id, called, ago] of [
    ['f3a9', 'Alice', 7_200],
    ['b81c', 'Bert', 60],
  ] as const) {
    const value = { w: { no: ago, called }, t: { a: now - ago, z: now - 30 }, from: '192.0.2.7', door: 'mellon-42' }
    await redis.client().set(`cs.${id}`, gzipSync(pack(value)), 'EX', 1800)
    await redis.client().set(`cs.${id}.lock`, '1', 'EX', 1800)
  }
  rollcall = await startConsole(redis.url, { ROLLCALL_DEMO: 'off', ROLLCALL_CONFIG: file })
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
  rmSync(folder, { recursive: true })
})

/** A second store, whose keys have the id in the midst. */
const drawer = { id: 'drawer', label: 'Drawer', prefix: 'dr:', suffix: ':state', paths: { label: 'called' } }

/** Just enough MessagePack for such values. */
function pack(value: number | string | object): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(5, 0xce)
    bytes.writeUInt32BE(value, 1)
    return bytes
  }
  if (typeof value === 'string') return Buffer.concat([Buffer.from([0xa0 | value.length]), Buffer.from(value)])
  const members = Object.entries(value).flatMap(([name, member]) => [pack(name), pack(member)])
  return Buffer.concat([Buffer.from([0x80 | (members.length / 2)]), ...members])
}

test('a home-made store that the settings describe shows whose its sessions are and since when, and a revoke ends all of one', async ({
  page,
}) => {
  await signIn(page, rollcall)
  await expect(page.getByTestId('count')).toHaveText('2')
  const row = rowOf(page, 'Alice')
  await expect(row).toContainText('2 h')
  await expect(row).toContainText('192.0.2.7')
  await page.goto(`${rollcall.origin}/sources`)
  const card = page.getByRole('article', { name: 'cs.' })
  await expect(card).toContainText('ROLLCALL_CONFIG describes it.')
  await expect(card).toContainText('Corner shop 2')
  await page.goto(`${rollcall.origin}/sessions`)
  await row.getByRole('button', { name: /^Revoke/ }).click()
  await expect(row).toHaveCount(0)
  await expect.poll(async () => (await redis.client().keys('cs.*')).sort()).toEqual(['cs.b81c', 'cs.b81c.lock'])
})

test('keys with the id between a prefix and a suffix are sessions, those that end otherwise are none, and a pasted id finds its own', async ({
  page,
}) => {
  const id = 'x7Qm2LrT9vBc4KdW'
  await redis.client().set(`dr:${id}:state`, '{"called":"Cora"}', 'EX', 1800)
  await redis.client().set(`dr:${id}:cart`, '{"called":"Nobody"}', 'EX', 1800)
  await signIn(page, rollcall)
  await expect(rowOf(page, 'Cora')).toBeVisible()
  await expect(rowOf(page, 'Nobody')).toHaveCount(0)
  await page.keyboard.press('/')
  await page.keyboard.insertText(`sid=${id}`)
  await expect(page.getByRole('row')).toHaveCount(2)
  await expect(rowOf(page, 'Cora')).toBeVisible()
  await redis.client().del(`dr:${id}:state`)
})

test('the page of a session tells its chain of encodings, and masks what the settings call a secret', async ({
  page,
}) => {
  await signIn(page, rollcall)
  const handle = await rowOf(page, 'Bert').getAttribute('data-handle')
  await page.goto(`${rollcall.origin}/sessions/${handle}`)
  await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
  await expect(page.getByText('corner-shop, gzip, msgpack')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Payload' })).toContainText('192.0.2.7')
  expect(await page.content()).not.toContain('mellon-42')
})
