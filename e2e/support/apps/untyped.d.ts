/** The parts that the applications use of packages that come without types. */

declare module 'koa' {
  import type { IncomingMessage, RequestListener } from 'node:http'
  export type Context = {
    req: IncomingMessage
    path: string
    body: unknown
    /** Null ends the session. */
    session: Record<string, unknown> | null
    /** koa-generic-session: a new id for what is kept. */
    regenerateSession(): Promise<void>
  }
  export type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>
  class Koa {
    keys: string[]
    use(middleware: Middleware): this
    callback(): RequestListener
    on(event: 'error', listener: (error: Error) => void): this
  }

  export { Koa as default }
}

declare module 'koa-redis' {
  import type { Redis } from 'ioredis'
  export type RedisStore = { client: Pick<Redis, 'disconnect'>; removeAllListeners(event: 'disconnect'): void }
  const createRedisStore: (options: { url: string }) => RedisStore

  export { createRedisStore as default }
}

declare module 'koa-generic-session' {
  import type { Middleware } from 'koa'
  import type { RedisStore } from 'koa-redis'

  const createSession: (options: {
    store: RedisStore
    prefix: string
    rolling: boolean
    cookie: { maxAge: number | null }
  }) => Middleware

  export { createSession as default }
}

declare module '@hapi/yar' {
  import type { Plugin } from '@hapi/hapi'

  const plugin: Plugin<object>

  export { plugin as default }
}
