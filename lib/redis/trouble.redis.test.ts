import { rmSync } from 'node:fs'
import { test as anyTest, expect, type onTestFinished } from 'vitest'
import { addressOf, connectTo, silent } from '@/e2e/support/connection'
import { type StartOptions, startRedis, until } from '@/e2e/support/redis'
import { startCluster } from '@/e2e/support/topology'
import type { Trouble } from '@/lib/contract/source'
import { runAll } from './commands'
import { createConnection } from './connect'
import type { Connection } from './connection'

// Each has servers of its own, and most of their time they wait.
const test = anyTest.concurrent

/** Ends with the test, after what was kept later. */
type Keep = (thing: { close?(): Promise<void>; stop?(): Promise<void> }) => void

function keeper(finished: typeof onTestFinished): Keep {
  return (thing) => finished(async () => void (await (thing.close?.() ?? thing.stop?.())))
}

async function serve(keep: Keep, options: StartOptions = {}, told: Parameters<typeof addressOf>[1] = {}) {
  const server = await startRedis(options)
  const connection = await connectTo(addressOf(server, told))
  keep(server)
  keep(connection)
  expect(connection.trouble()).toBeNull()
  return { server, connection, admin: server.client() }
}

/** What is said, and that there is advice. */
async function expectTrouble(connection: Connection, code: Trouble['code'], state: 'up' | 'down') {
  await until(`${code} is said`, () => connection.trouble()?.code === code && connection.health().state === state, 8000)
  expect(connection.trouble()?.advice).toMatch(/\.$/)
}

const expectNone = (connection: Connection) =>
  until('all is well again', () => connection.trouble() === null && connection.health().state === 'up', 8000)

/** Again and again, as an application or an admin would; what it answers is nothing to us. */
function keepAsking(keep: Keep, connection: Connection, ...[name, ...args]: [string, ...string[]]) {
  const timer = setInterval(() => void connection.client.call(name, ...args).catch(() => {}), 100)
  keep({ close: async () => clearInterval(timer) })
}

/** The same, many in one write. */
function keepReading(keep: Keep, { client }: Connection, ...command: [string, ...string[]]) {
  const timer = setInterval(() => void runAll(client, [command, command]), 100)
  keep({ close: async () => clearInterval(timer) })
}

test('OOM: memory is full', async ({ onTestFinished }) => {
  const keep = keeper(onTestFinished)
  const { connection, admin } = await serve(keep)
  await admin.config('SET', 'maxmemory', 1)
  keepAsking(keep, connection, 'SET', 'sess:a', '1')
  await expectTrouble(connection, 'out-of-memory', 'up')
  await admin.config('SET', 'maxmemory', 0)
  await expectNone(connection)
})

test('MISCONF: it cannot save, and goes on being read', async ({ onTestFinished }) => {
  const keep = keeper(onTestFinished)
  const { connection, admin } = await serve(keep)
  const [, folder = ''] = (await admin.config('GET', 'dir')) as string[]
  await admin.config('SET', 'save', '3600 1')
  rmSync(folder, { recursive: true })
  await admin.bgsave()
  await expectTrouble(connection, 'cannot-save', 'up')
  await admin.config('SET', 'stop-writes-on-bgsave-error', 'no')
  await expectNone(connection)
})

test('LOADING: it reads its data', async ({ onTestFinished }) => {
  const keep = keeper(onTestFinished)
  const { connection, server, admin } = await serve(keep, {
    args: ['--key-load-delay', '1500', '--loading-process-events-interval-bytes', '1024'],
  })
  const pipeline = admin.pipeline()
  for (let index = 0; index < 1000; index += 1) pipeline.set(`sess:${index}`, 'x'.repeat(50))
  await pipeline.exec()
  await admin.save()
  await server.kill()
  const restarted = server.restart()
  await expectTrouble(connection, 'loading', 'down')
  await restarted
  await expectNone(connection)
})

test('BUSY: a script runs without end', async ({ onTestFinished }) => {
  const keep = keeper(onTestFinished)
  const { connection, server, admin } = await serve(keep)
  await admin.config('SET', 'busy-reply-threshold', 50)
  server
    .client()
    .eval('while true do end', 0)
    .catch(() => {})
  await expectTrouble(connection, 'busy', 'down')
  await admin.call('SCRIPT', 'KILL')
  await expectNone(connection)
})

test('CLUSTERDOWN: slots are served by nobody', async ({ onTestFinished }) => {
  const keep = keeper(onTestFinished)
  const cluster = await startCluster()
  const connection = await connectTo(addressOf(null, { topology: 'cluster', hosts: cluster.hosts }))
  keep(cluster)
  keep(connection)
  const [first] = cluster.nodes
  await first?.client().call('CLUSTER', 'DELSLOTSRANGE', '0', '5000')
  await until('the cluster is down', async () =>
    /cluster_state:fail/.test(String(await first?.client().call('CLUSTER', 'INFO'))),
  )
  // The slot of this key is served by the node that knows of the gap.
  keepAsking(keep, connection, 'GET', '{06S}')
  await expectTrouble(connection, 'cluster-down', 'up')
  await first?.client().call('CLUSTER', 'ADDSLOTSRANGE', '0', '5000')
  await expectNone(connection)
})

test('NOAUTH and WRONGPASS: a password came, and another one', async ({ onTestFinished }) => {
  const keep = keeper(onTestFinished)
  const { connection, server, admin } = await serve(keep)
  await admin.call('ACL', 'SETUSER', 'default', '>secret')
  await admin.call('ACL', 'SETUSER', 'default', 'resetpass', '>secret')
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await expectTrouble(connection, 'password-needed', 'down')
  const wrong = createConnection({
    ...{ address: addressOf(server, { password: 'wrong' }), database: 0, log: silent, isReadOnly: false },
  })
  keep(wrong)
  await expectTrouble(wrong, 'wrong-password', 'down')
  await admin.call('ACL', 'SETUSER', 'default', 'nopass')
  await expectNone(connection)
  await expectNone(wrong)
})

test.each([
  { how: 'one command alone', ask: keepAsking },
  { how: 'many in one write', ask: keepReading },
])('NOPERM: what reading needs is taken away, $how', async ({ ask }) => {
  const kept: Parameters<Keep>[0][] = []
  const keep: Keep = (thing) => void kept.push(thing)
  try {
    const { connection, admin } = await serve(
      keep,
      { args: ['--user', 'few', 'on', '>secret', '~*', '&*', '+@all'] },
      { username: 'few', password: 'secret' },
    )
    ask(keep, connection, 'GETRANGE', 'sess:a', '0', '9')
    await admin.call('ACL', 'SETUSER', 'few', '-getrange')
    await expectTrouble(connection, 'not-allowed', 'up')
    expect(connection.trouble()?.what).toBe('not allowed for this user: GETRANGE')
    await admin.call('ACL', 'SETUSER', 'few', '+getrange')
    await expectNone(connection)
  } finally {
    for (const thing of kept.reverse()) await (thing.close?.() ?? thing.stop?.())
  }
})

test('MAXCLIENTS: there is no room for one more', async ({ onTestFinished }) => {
  const keep = keeper(onTestFinished)
  const { connection, server, admin } = await serve(keep)
  await admin.config('SET', 'maxclients', 1)
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await expectTrouble(connection, 'too-many-clients', 'down')
  await admin.config('SET', 'maxclients', 1000)
  await expectNone(connection)
  expect(server.port).toBeGreaterThan(0)
})
