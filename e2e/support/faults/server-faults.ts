import { rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { until } from '../redis'
import type { LineSite } from './site'
import type { Fault as AnyFault } from './trial'

type Fault = AnyFault<LineSite>

const second = 1000

/** Straight to the server, past the line; a fault must not fail because its own commands take long. */
const direct = ({ redis }: { redis: { client(options?: object): Redis } }) =>
  redis.client({ enableAutoPipelining: false })

async function killClients(client: Redis): Promise<void> {
  await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes')
}

/** What a Redis does whose data nobody keeps on disk. */
export const serverFaults = {
  lost: {
    ...{ id: 'F11', name: 'restarted, all data lost', lastsMs: 2 * second, losesSessions: true },
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
  },
  full: {
    ...{ id: 'F17', name: 'memory full, noeviction', lastsMs: 6 * second },
    begin: async (site) => {
      await direct(site).config('SET', 'maxmemory-policy', 'noeviction')
      await direct(site).config('SET', 'maxmemory', 1)
    },
    end: (site) => direct(site).config('SET', 'maxmemory', 0),
  },
  evicting: {
    ...{ id: 'F18', name: 'sessions are evicted by the hundred', lastsMs: 6 * second, losesSessions: true },
    begin: async (site) => {
      const client = direct(site)
      const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1])
      await client.config('SET', 'maxmemory-policy', 'allkeys-random')
      await client.config('SET', 'maxmemory', used + 100_000)
      const pipeline = client.pipeline()
      for (let index = 0; index < 40; index += 1) pipeline.set(`other:${index}`, 'x'.repeat(20_000))
      await pipeline.exec()
    },
    end: (site) => direct(site).config('SET', 'maxmemory', 0),
  },
  tooMany: {
    ...{ id: 'F19', name: 'too many clients, and ours were closed', lastsMs: 6 * second },
    begin: async (site) => {
      const client = direct(site)
      await client.ping()
      await client.config('SET', 'maxclients', 1)
      await killClients(client)
      hogs.set(site, client)
    },
    end: async (site) => {
      await hogs.get(site)?.config('SET', 'maxclients', 10_000)
    },
  },
  dataKilled: {
    ...{ id: 'F20', name: 'the sockets for commands are killed', lastsMs: 0 },
    begin: async (site) => {
      for (let time = 0; time < 8; time += 1) {
        await direct(site).call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
        await wait(500)
      }
    },
    end: () => {},
  },
  feedKilled: {
    ...{ id: 'F21', name: 'the socket of the feed is killed', lastsMs: 0 },
    begin: async (site) => {
      for (let time = 0; time < 8; time += 1) {
        await direct(site).call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await wait(500)
      }
    },
    end: () => {},
  },
  feedFlooded: {
    ...{ id: 'F22', name: 'the feed is too slow and cut off: 200,000 writes', lastsMs: 2 * second },
    begin: async (site) => {
      const client = direct(site)
      await client.config('SET', 'client-output-buffer-limit', 'pubsub 65536 65536 1')
      site.line.set({ bytesPerSecond: 200_000 })
      const value = await client.get('sess:1')
      for (let batch = 0; batch < 200; batch += 1) {
        const pipeline = client.pipeline()
        for (let index = 0; index < 1000; index += 1) pipeline.set('sess:1', value ?? '', 'PX', 3_600_000 + batch)
        await pipeline.exec()
      }
    },
    end: async (site) => {
      await direct(site).config('SET', 'client-output-buffer-limit', 'pubsub 33554432 8388608 60')
      site.line.heal()
    },
  },
  flushed: {
    ...{ id: 'F23', name: 'FLUSHALL', lastsMs: second, losesSessions: true },
    begin: (site) => direct(site).flushall(),
    end: () => {},
  },
  rotated: {
    ...{ id: 'F24', name: 'the password is changed, and changed back', lastsMs: 6 * second },
    begin: async (site) => {
      await direct(site).call('ACL', 'SETUSER', 'console', 'resetpass', '>another')
      await killClients(direct(site))
    },
    end: (site) => direct(site).call('ACL', 'SETUSER', 'console', 'resetpass', `>${consolePassword}`),
  },
  forbidden: {
    ...{
      id: 'F25',
      name: 'permissions are taken away while it runs: first to delete, then to read',
      lastsMs: 4 * second,
    },
    begin: async (site) => {
      await direct(site).call('ACL', 'SETUSER', 'console', '-unlink', '-del')
      await wait(3 * second)
      await direct(site).call('ACL', 'SETUSER', 'console', '-mget', '-getrange', '-get', '-scan')
      // Where nothing changes nothing is read; this makes the console look.
      await direct(site).call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    },
    end: (site) => direct(site).call('ACL', 'SETUSER', 'console', '+@all'),
  },
  busy: {
    ...{ id: 'F26', name: 'a script keeps it busy', lastsMs: 6 * second },
    begin: async (site) => {
      // Who comes later is refused already when it looks whether the server is ready.
      const killer = direct(site)
      const client = site.redis.client()
      await Promise.all([killer.config('SET', 'busy-reply-threshold', 100), client.ping()])
      killers.set(site, killer)
      client.eval('while true do end', 0).catch(() => {})
      await wait(300)
    },
    end: async (site) => {
      await killers.get(site)?.call('SCRIPT', 'KILL')
    },
  },
} as const satisfies Record<string, Fault>

const hogs = new WeakMap<object, Redis>()
const killers = new WeakMap<object, Redis>()
export const consolePassword = 'only-tests-use-this'

/** The ones for a server that keeps its data. */
export const keepingFaults = {
  restarted: {
    ...{ id: 'F10', name: 'restarted, data kept', lastsMs: 2 * second },
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
  },
} as const satisfies Record<string, Fault>

/** For a server that was started with a delay for each key that it loads. */
export const loadingFaults = {
  loading: {
    ...{ id: 'F12', name: 'it loads its data for seconds', lastsMs: 0 },
    begin: async (site) => {
      await direct(site).save()
      await site.redis.kill()
      await site.redis.restart()
      await until('it is loaded', async () => /^loading:0/m.test(await direct(site).info('persistence')), 20_000)
    },
    end: () => {},
  },
} as const satisfies Record<string, Fault>

/** For a server with save points. */
export const savingFaults = {
  cannotSave: {
    ...{ id: 'F27', name: 'it cannot save to its disk', lastsMs: 6 * second },
    begin: async (site) => {
      const client = direct(site)
      const [, folder = ''] = (await client.config('GET', 'dir')) as string[]
      await client.config('SET', 'save', '3600 1')
      rmSync(folder, { recursive: true })
      await client.bgsave()
      await until('a save failed', async () => /rdb_last_bgsave_status:err/.test(await client.info('persistence')))
    },
    end: (site) => direct(site).config('SET', 'stop-writes-on-bgsave-error', 'no'),
  },
} as const satisfies Record<string, Fault>
