import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createMeter, type Metered } from '@/lib/meter'

const resolutionMs = 20
const lookEveryMs = 1000
const boundsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500]

/** How long whatever this process does keeps everything else waiting: the longest such wait of each second. */
export function watchLoop(): { read(): Metered[]; close(): void } {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  const longest = createMeter(boundsMs)
  delay.enable()
  const timer = setInterval(() => {
    // What is measured is the distance of two ticks; one resolution of it is no wait.
    longest.note([], Math.max(0, delay.max / 1e6 - resolutionMs))
    delay.reset()
  }, lookEveryMs)
  timer.unref()
  return {
    read: longest.read,
    close() {
      clearInterval(timer)
      delay.disable()
    },
  }
}
