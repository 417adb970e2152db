/**
 * The commands that the store uses, as ioredis has them: a `Redis` and a `Cluster` of ioredis fit by shape, a client of node-redis by `fromNodeRedis`. Every command and every transaction concerns one key,
 * so nothing ever crosses the slots of a cluster. Redis 7.0 or later.
 */
export type StoreClient = {
  /** The socket, where the client shows it. See `one-write.ts`. */
  readonly stream?: { cork(): void; uncork(): void } | undefined
  get(key: string): Promise<string | null>
  getdel(key: string): Promise<string | null>
  getex(key: string, milliseconds: 'PX', ttlMs: number): Promise<string | null>
  set(key: string, value: string, milliseconds: 'PX', ttlMs: number, absent: 'NX'): Promise<string | null>
  set(key: string, value: string, milliseconds: 'PX', ttlMs: number, present: 'XX', old: 'GET'): Promise<string | null>
  pexpireat(key: string, at: number): Promise<number>
  pexpireat(key: string, at: number, later: 'GT'): Promise<number>
  pttl(key: string): Promise<number>
  del(key: string): Promise<number>
  zrange(key: string, start: number, stop: string): Promise<string[]>
  zrem(key: string, ...members: string[]): Promise<number>
  multi(commands: (string | number)[][]): {
    exec(): Promise<[error: Error | null, result: unknown][] | null>
  }
}

/** A key of another type is no session of ours: to the store it is malformed, not a fault of Redis. */
export function nullIfForeign(answer: Promise<string | null>): Promise<string | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null
    throw error
  })
}
