import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addressOf, connectTo } from '@/e2e/support/connection'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import type { RedisAddress } from '@/lib/settings.mjs'
import type { Connection } from './connection'

let folder: string
const ends: (() => unknown)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-secrets-'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  rmSync(folder, { recursive: true })
})

async function serve(options = {}): Promise<RedisServer> {
  const server = await startRedis(options)
  ends.push(() => server.stop())
  return server
}

async function connect(address: RedisAddress): Promise<Connection> {
  const connection = await connectTo(address)
  ends.push(() => connection.close())
  return connection
}

function writeSecret(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** The user has the new password alone, and every socket of theirs is closed. */
async function rotate(server: RedisServer) {
  await server.client().call('ACL', 'SETUSER', 'app', 'resetpass', '>new')
  await server.client().call('CLIENT', 'KILL', 'USER', 'app')
}

test('a rotated password is picked up when the connection is made again, for commands, the feed and transactions', async () => {
  const server = await serve()
  await server.client().call('ACL', 'SETUSER', 'app', 'on', '>old', 'allkeys', 'allchannels', '+@all')
  const password = writeSecret('password', 'old\n')
  const connection = await connect(addressOf(server, { username: 'app', password: 'old', secretFiles: { password } }))
  connection.watch(['sess:'], () => {})
  await until('the feed is armed', () => connection.feed() === 'tracking')
  await rotate(server)
  await until('it is down', () => connection.health().reason === 'wrong password')
  writeSecret('password', 'new\n')
  await until('it is up', () => connection.health().state === 'up', 5000)
  await until('the feed is armed', () => connection.feed() === 'tracking', 5000)
  expect(await connection.transact((client) => client.ping())).toBe('PONG')
})

test('so is one in the file of an address, with another user', async () => {
  const server = await serve()
  await server.client().call('ACL', 'SETUSER', 'app', 'on', '>old', 'allkeys', 'allchannels', '+@all')
  const url = writeSecret('url', `redis://app:old@127.0.0.1:${server.port}`)
  const connection = await connect(addressOf(server, { username: 'app', password: 'old', secretFiles: { url } }))
  await server.client().call('ACL', 'SETUSER', 'next', 'on', '>new', 'allkeys', 'allchannels', '+@all')
  writeSecret('url', `redis://next:new@127.0.0.1:${server.port}`)
  await rotate(server)
  await until('it is up as the next user', async () => {
    return (await connection.client.call('ACL', 'WHOAMI').catch(() => null)) === 'next'
  })
})

test('a server that asks for a certificate is shown the one of the address, and refuses who has none', async () => {
  const server = await serve({ tls: true })
  const ca = writeSecret('ca.crt', server.ca ?? '')
  const { key, cert } = makeCertificate()
  await server.client().config('SET', 'tls-ca-cert-file', cert, 'tls-auth-clients', 'yes')
  const connection = await connect(addressOf(server, { tls: true, tlsFiles: { ca, cert, key } }))
  expect(await connection.client.ping()).toBe('PONG')
  await expect(connect(addressOf(server, { tls: true, tlsFiles: { ca } }))).rejects.toThrow('the connection is up')
})

function makeCertificate() {
  const [key, cert] = [join(folder, 'client.key'), join(folder, 'client.crt')]
  const subject = ['-subj', '/CN=rollcall']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', ...subject],
    { stdio: 'pipe' },
  )
  return { key, cert }
}
