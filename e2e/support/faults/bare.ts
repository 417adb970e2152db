import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const askEveryMs = 100

/** A server that does nothing, in a process of its own, asked ten times a second: what of the slowness is the machine's. */
export type Bare = { worstMs(): number; stop(): Promise<void> }

export async function askBareServer(): Promise<Bare> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./empty-server.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const origin = `http://127.0.0.1:${Number(line)}`
  const underWay = new Set<Promise<void>>()
  let worst = 0
  let isStopped = false

  async function ask() {
    const askedAt = performance.now()
    await fetch(origin).then((answer) => answer.arrayBuffer())
    worst = Math.max(worst, performance.now() - askedAt)
  }
  const running = (async () => {
    while (!isStopped) {
      const asked: Promise<void> = ask().then(() => void underWay.delete(asked))
      underWay.add(asked)
      await wait(askEveryMs)
    }
    await Promise.all(underWay)
  })()

  return {
    worstMs: () => worst,
    async stop() {
      isStopped = true
      await running
      child.stdin.end()
    },
  }
}
