import 'server-only'
import { getRuntime } from '@/lib/runtime'

/** A deed under way may take this long to end when the process is told to stop. */
const graceMs = 1500

/** Starts the runtime and sees to its end: SIGTERM and SIGINT, and the death of the launcher, whose pipe is our standard input. */
export function boot(): void {
  const runtime = getRuntime()
  let isEnding = false
  const end = async () => {
    if (isEnding) return
    isEnding = true
    runtime.log.info('server.stop')
    setTimeout(() => process.exit(0), graceMs).unref()
    await runtime.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void end())
  process.once('SIGINT', () => void end())
  if (runtime.settings.hasParent) {
    process.stdin.once('end', () => void end()).once('error', () => void end())
    process.stdin.resume()
  }
}
