import type { Cluster, Redis } from 'ioredis'
import { mayNotAsk, unwritten } from './errors'
import { commandTimeoutMs, isCluster } from './options'

/** A second connection for transactions, opened at the first and kept. */
export type Side = {
  transact<T>(work: (client: Redis | Cluster) => Promise<T>): Promise<T>
  /** Asks the socket whether it lives; closed when it does not. */
  beat(): void
  close(): void
}

/** `open` makes the client, not yet connecting; `database` is selected again before each transaction, because a refused SELECT at connect goes unheard. */
export function createSide(open: () => Redis | Cluster, database: number): Side {
  let client: Redis | Cluster | null = null
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  async function run<T>(work: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    if (isClosed) throw new Error("Stream isn't writeable: closed")
    if (client === null) {
      client = open()
      client.on('error', () => {})
      client.connect().catch(() => {})
    }
    const ready = client
    await whenReady(ready)
    if (database !== 0) await unwritten(() => ready.select(database))
    try {
      return await work(ready)
    } catch (error) {
      // A new socket watches nothing and is in no transaction.
      ready.disconnect(true)
      throw error
    }
  }

  /** What was left watched would fail the next transaction, which goes out behind this on the same socket; after an EXEC it changes nothing. */
  function letGo(): void {
    const used = client
    used?.unwatch().catch(() => used.disconnect(true))
  }

  return {
    transact(work) {
      const result = last.then(() => run(work))
      last = result.then(letGo, () => {})
      return result
    },
    beat() {
      const asked = client
      if (asked?.status !== 'ready') return
      asked.ping().catch((error: unknown) => {
        if (!mayNotAsk(error) && asked.status === 'ready') asked.disconnect(true)
      })
    },
    close() {
      isClosed = true
      client?.disconnect()
    },
  }
}

function whenReady(client: Redis | Cluster): Promise<void> {
  if (client.status === 'ready') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.off('ready', onReady)
      reject(new Error("Stream isn't writeable: no connection in time"))
    }, commandTimeoutMs)
    function onReady() {
      clearTimeout(timer)
      resolve()
    }
    client.once('ready', onReady)
  })
}

/** Watches a key and reads, in one write; in a cluster one after the other, where the first may have to open the way to its node. */
export async function watchAnd<T>(client: Redis | Cluster, key: Buffer, read: () => Promise<T>): Promise<T> {
  const watching = client.watch(key)
  if (isCluster(client)) await watching
  const [answer] = await Promise.all([read(), watching])
  return answer
}

/** The answers of a transaction, null when a watched key had changed. Throws the first error in it. */
export async function committed(exec: Promise<[Error | null, unknown][] | null>): Promise<unknown[] | null> {
  const answers = await exec
  if (answers === null) return null
  return answers.map(([error, value]) => {
    if (error) throw error
    return value
  })
}
