import 'server-only'
import { findFaults } from '@/lib/config'
import { getRuntime } from '@/lib/runtime'
import type { Settings } from '@/lib/settings.mjs'

/** Longer than any request may take: what is under way when the process is told to stop is answered first. */
const graceMs = 6000

/**
 * Starts the runtime, or ends with every fault of the settings, and sees to its end: SIGTERM and SIGINT, and the death of the launcher, whose pipe is our standard input.
 * Before it ends `answerAll` is awaited. Returns the settings.
 */
export function boot(answerAll: () => Promise<void>): Settings {
  const faults = findFaults()
  if (faults.length > 0) {
    // The launcher has said so before; a server that was started by itself says it here.
    process.stderr.write(`${faults.join('\n')}\n`)
    process.exit(1)
  }
  const runtime = getRuntime()
  if (runtime.settings.isRedisDebugged) {
    runtime.log.warn('settings.debug', {
      advice: 'DEBUG makes ioredis write session ids and passwords here: unset it.',
    })
  }
  let isEnding = false
  const end = async () => {
    if (isEnding) return
    isEnding = true
    runtime.log.info('server.stop')
    setTimeout(() => process.exit(0), graceMs).unref()
    await answerAll()
    await runtime.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void end())
  process.once('SIGINT', () => void end())
  if (runtime.settings.hasParent) {
    process.stdin.once('end', () => void end()).once('error', () => void end())
    process.stdin.resume()
  }
  return runtime.settings
}
