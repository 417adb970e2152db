import type { LineSite } from './site'
import type { Fault as AnyFault } from './trial'

type Fault = AnyFault<LineSite>

/** What nobody who speaks Redis says. */
const garbage = Buffer.from('\x16\x03\x01\x00\x00HTTP/1.1 200 OK\r\n\r\n<html>$-7\r\n*99999999999\r\n\xff\xfe')
const second = 1000

const heal: Fault['end'] = ({ line }) => line.heal()

/** Resets every connection, again and again, each time as soon as one is there again. */
async function cutAgainAndAgain(cut: () => void, times: number, everyMs: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    cut()
    await new Promise((done) => setTimeout(done, everyMs))
  }
}

/** What happens on the way between the console and Redis. */
export const lineFaults = {
  reset: {
    ...{ id: 'F02', name: 'connections reset amid requests', lastsMs: 0 },
    begin: ({ line }) => cutAgainAndAgain(line.cut, 12, 350),
    end: heal,
  },
  blackhole: {
    ...{ id: 'F03', name: 'nothing passes for 120 s, 200 requests a second', lastsMs: 120 * second, perSecond: 200 },
    begin: ({ line }) => line.set({ hold: true }),
    end: heal,
  },
  replyLost: {
    ...{ id: 'F04', name: 'the write arrives, its reply is lost', lastsMs: 6 * second },
    begin: ({ line }) => line.set({ cutAfter: 'sess:' }),
    end: heal,
  },
  repliesLost: {
    ...{ id: 'F04', name: 'requests arrive, no reply comes back', lastsMs: 8 * second },
    begin: ({ line }) => line.set({ lose: 'replies' }),
    end: heal,
  },
  requestLost: {
    ...{ id: 'F05', name: 'requests are lost on the way', lastsMs: 8 * second },
    begin: ({ line }) => line.set({ lose: 'requests' }),
    end: heal,
  },
  slow: {
    ...{ id: 'F06', name: 'each way takes 2 s, give or take 2 s', lastsMs: 15 * second },
    begin: ({ line }) => line.set({ delayMs: 1000, jitterMs: 1000 }),
    end: heal,
  },
  sliced: {
    ...{ id: 'F07', name: 'one byte at a time', lastsMs: 8 * second },
    begin: async ({ line }) => {
      line.set({ sliceBytes: 1 })
      line.cut()
    },
    end: heal,
  },
  thin: {
    ...{ id: 'F08', name: '8 kB a second', lastsMs: 12 * second },
    begin: async ({ line }) => {
      line.set({ bytesPerSecond: 8000 })
      line.cut()
    },
    end: heal,
  },
  stopped: {
    ...{ id: 'F09', name: 'Redis stands still for 10 s', lastsMs: 10 * second },
    begin: ({ redis }) => redis.pause(),
    end: ({ redis }) => redis.resume(),
  },
  garbage: {
    ...{ id: 'F31', name: 'garbage in place of replies', lastsMs: 6 * second },
    begin: ({ line }) => line.set({ garbage }),
    end: heal,
  },
} as const satisfies Record<string, Fault>
