import type { StoreClient } from './client'

/**
 * The same client, where what is asked for in one turn of the process goes out in one write, if the client shows its socket, as `Redis` of ioredis does: a write for each command is most of what a
 * command costs there. Every command still stands for itself, with its own answer and its own failure, so nothing is different in a cluster, whose client shows none.
 */
export function inOneWrite(client: StoreClient): StoreClient {
  let held: StoreClient['stream']

  function gather(): StoreClient {
    if (held !== undefined || client.stream === undefined) return client
    held = client.stream
    held.cork()
    process.nextTick(release)
    return client
  }

  /** The socket that was held, also where another has taken its place meanwhile. */
  function release() {
    held?.uncork()
    held = undefined
  }

  return {
    get: (key) => gather().get(key),
    getdel: (key) => gather().getdel(key),
    getex: (key, ...more) => gather().getex(key, ...more),
    // Both ways to call them are handed on as they came, which the type of one call cannot say.
    set: ((...args: Parameters<StoreClient['set']>) => gather().set(...args)) as StoreClient['set'],
    pexpireat: ((...args: Parameters<StoreClient['pexpireat']>) =>
      gather().pexpireat(...args)) as StoreClient['pexpireat'],
    pttl: (key) => gather().pttl(key),
    del: (key) => gather().del(key),
    zrange: (key, ...more) => gather().zrange(key, ...more),
    zrem: (key, ...members) => gather().zrem(key, ...members),
    multi: (commands) => gather().multi(commands),
  }
}
