import { beforeAll, beforeEach } from 'vitest'
import type { Connection } from '@/lib/redis/connection'
import { addressOf, connectTo } from './connection'
import { type RedisServer, startRedis } from './redis'

/** A private server and a connection to it, there from the file's own `beforeAll` to its `afterAll`. */
export type OwnRedis = { readonly server: RedisServer; readonly connection: Connection }

/** For a file of tests with one Redis: started before all of them, emptied before each, ended after all. Called once at the top, before the file's own hooks. */
export function withRedis(): OwnRedis {
  let server: RedisServer
  let connection: Connection
  beforeAll(async () => {
    server = await startRedis()
    connection = await connectTo(addressOf(server))
    return async () => {
      await connection.close()
      await server.stop()
    }
  })
  beforeEach(async () => {
    await server.client().flushall()
  })
  return {
    get server() {
      return server
    },
    get connection() {
      return connection
    },
  }
}
