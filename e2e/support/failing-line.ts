import { appendFileSync } from 'node:fs'
import { startFaultProxy } from './fault-proxy'

const share = Number(process.env.ROLLCALL_E2E_FAIL_SHARE ?? 0)
const report = process.env.ROLLCALL_E2E_FAIL_REPORT ?? ''

/** What became of one console behind such a line: `hasCrashed`: it ended before it was told to. `internal`: answers that were a fault of ours. */
export type FailedLine = { replies: number; failedReplies: number; hasCrashed: boolean; internal: number }

/** The line of a console to its Redis, at which a share of all replies fails, and how to tell of it in the end. */
export type FailingLine = {
  url: string
  /** From now on: a console whose first sign-in cannot be made has nothing to show. */
  begin(): void
  end(hasCrashed: boolean, output: string): Promise<void>
}

/** Null where no share is set, and for what the proxy cannot stand before. */
export async function openFailingLine(redisUrl: string | null): Promise<FailingLine | null> {
  const [, user = '', port, rest = ''] = /^redis:\/\/(.*@)?127\.0\.0\.1:(\d+)(.*)$/.exec(redisUrl ?? '') ?? []
  if (!(share > 0) || port === undefined) return null
  const line = await startFaultProxy(Number(port), { seed: Number(port) })
  return {
    url: `redis://${user}127.0.0.1:${line.port}${rest}`,
    begin: () => line.set({ failShare: share }),
    async end(hasCrashed, output) {
      const { replies, failedReplies } = line.counts()
      const internal = output.match(/"event":"request\.failed"/g)?.length ?? 0
      if (report)
        appendFileSync(
          report,
          `${JSON.stringify({ replies, failedReplies, hasCrashed, internal } satisfies FailedLine)}\n`,
        )
      await line.stop()
    },
  }
}
