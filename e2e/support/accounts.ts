import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'

/** An account of Redis as the README writes it: `keys` and `channels` are patterns, `commands` what it may run, each without its sign. */
export type Account = { name: string; password: string; keys: string[]; channels: string[]; commands: string[] }

/** The four of the README, in its order. */
export const accounts: readonly Account[] = readFileSync(join(process.cwd(), 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('ACL SETUSER '))
  .map((line) => {
    const [, , name = '', ...rules] = line.split(' ')
    const those = (sign: string) => rules.filter((rule) => rule.startsWith(sign)).map((rule) => rule.slice(1))
    return {
      name,
      password: those('>')[0] ?? '',
      ...{ keys: those('~'), channels: those('&'), commands: those('+') },
    }
  })

export function accountOf(name: string): Account {
  const account = accounts.find((one) => one.name === name)
  if (account === undefined) throw new Error(`The README has no account ${name}`)
  return account
}

/** With these a server knows it from its start on. */
export const argsOf = (account: Account) => ['--user', account.name, ...rulesOf(account)]

function rulesOf({ password, keys, channels, commands }: Account): string[] {
  const signed = (sign: string, rules: string[]) => rules.map((rule) => `${sign}${rule}`)
  return ['on', `>${password}`, ...signed('~', keys), ...signed('&', channels), ...signed('+', commands)]
}

/** Makes it on a server, in the place of one of that name. */
export async function makeAccount(client: Redis, account: Account): Promise<void> {
  await client.call('ACL', 'SETUSER', account.name, 'reset', ...rulesOf(account))
}

/** This address, signed in as that account. */
export function urlAs({ name, password }: Account, url: string): string {
  return url.replace('://', `://${name}:${password}@`)
}

/** What a server refused to an account for its rights since it began to count: so many times, and what, such as `hset` or a key's name. */
export async function readDenials(client: Redis, name: string): Promise<{ count: number; what: string[] }> {
  const log = (await client.call('ACL', 'LOG', '1000')) as (string | number)[][]
  const entries = log.map((flat) => new Map(flat.flatMap((field, at) => (at % 2 === 0 ? [[field, flat[at + 1]]] : []))))
  const own = entries.filter((entry) => entry.get('username') === name)
  return {
    count: own.reduce((sum, entry) => sum + Number(entry.get('count')), 0),
    what: [...new Set(own.map((entry) => `${entry.get('reason')} ${entry.get('object')}`))],
  }
}
