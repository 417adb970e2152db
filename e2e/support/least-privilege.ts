import { appendFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { type Account, accountOf, argsOf, readDenials, urlAs } from './accounts'

/** The name of the account that consoles are to watch their Redis as; empty: as nobody in particular. */
const watcher = process.env.ROLLCALL_E2E_ACL ?? ''
const report = process.env.ROLLCALL_E2E_ACL_REPORT ?? ''

/** What became of one console: `isOwn`: it reached its Redis as its story wanted, and says nothing here. `denials`: null: its Redis was gone before it was asked. */
export type WatchedLine = { isOwn: boolean; denials: number | null; what: string[] }

/** Watches any prefix that a story has, with the commands of the README. */
const watching = (): Account => ({ ...accountOf(watcher), keys: ['*'] })
const keeping = (): Account => accountOf('rollcall-home')

/** With these a private server knows both accounts from its start on, and after a restart. */
export function accountArgs(): string[] {
  return watcher === '' ? [] : [...argsOf(watching()), ...argsOf(keeping())]
}

type Line = { url: string; env: Record<string, string>; end(): Promise<void> }

/** The same Redis as those accounts; null where none is asked for. A story with users, a topology, several Redis or a demo of its own is left as it is, and counted as such. */
export function openLeastPrivilege(redisUrl: string | null, env: Record<string, string>): Line | null {
  if (watcher === '') return null
  if (redisUrl === null || !/^redis:\/\/127\.0\.0\.1:\d+(\/\d*)?$/.test(redisUrl) || env.ROLLCALL_DEMO === 'on') {
    const end = async () => tell({ isOwn: true, denials: null, what: [] })
    return redisUrl === null ? null : { url: redisUrl, env: {}, end }
  }
  return {
    url: urlAs(watching(), redisUrl),
    env: { ROLLCALL_HOME_URL: urlAs(keeping(), redisUrl) },
    async end() {
      const client = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null, disableClientInfo: true })
      client.on('error', () => {})
      try {
        const found = await Promise.all([watching(), keeping()].map(({ name }) => readDenials(client, name)))
        const denials = found.reduce((sum, { count }) => sum + count, 0)
        tell({ isOwn: false, denials, what: found.flatMap(({ what }) => what) })
      } catch {
        tell({ isOwn: false, denials: null, what: [] })
      } finally {
        client.disconnect()
      }
    },
  }
}

function tell(line: WatchedLine): void {
  if (report) appendFileSync(report, `${JSON.stringify(line)}\n`)
}
