import type { StoreClient } from './client'

/** What is used of a client of node-redis, for one server. Its cluster client routes by keys that only its own methods know, and does not fit. */
export type NodeRedis = {
  sendCommand(args: string[]): Promise<unknown>
  multi(): { addCommand(args: string[]): unknown; exec(): Promise<unknown[]> }
}

/** A client of node-redis as the store wants one. Cost: that of the command; what is asked for in one turn goes out in one write. */
export function fromNodeRedis(client: NodeRedis): StoreClient {
  const ask = (...args: (string | number)[]) => client.sendCommand(args.map(String))
  return {
    get: (key) => ask('GET', key).then(toText),
    getdel: (key) => ask('GETDEL', key).then(toText),
    getex: (key, ...more) => ask('GETEX', key, ...more).then(toText),
    set: (key: string, value: string, ...more: (string | number)[]) => ask('SET', key, value, ...more).then(toText),
    pexpireat: (key: string, ...more: (string | number)[]) => ask('PEXPIREAT', key, ...more).then(Number),
    pttl: (key) => ask('PTTL', key).then(Number),
    del: (key) => ask('DEL', key).then(Number),
    zrange: async (key, start, stop) => {
      const members = await ask('ZRANGE', key, start, stop)
      return Array.isArray(members) ? members.map(String) : []
    },
    zrem: (key, ...members) => ask('ZREM', key, ...members).then(Number),
    multi: (commands) => ({
      async exec() {
        const transaction = client.multi()
        for (const command of commands) transaction.addCommand(command.map(String))
        // It throws where one of the commands failed.
        return (await transaction.exec()).map((answer) => [null, answer])
      },
    }),
  }
}

function toText(answer: unknown): string | null {
  return typeof answer === 'string' ? answer : null
}
