import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { failReplies, seededRandom } from './reply-failer'

/** What is wrong with the line now; nothing that is left out is. */
export type LineFault = {
  /** New connections are reset at once. */
  refuse?: true
  /** Nothing passes, and the sockets stay open: what was held passes when that ends, as after a lost route. */
  hold?: true
  /** What comes from this side is swallowed; such a connection is reset when that ends. */
  lose?: 'requests' | 'replies'
  /** A connection is reset as soon as a request that has this in it was passed on, so its reply never comes. */
  cutAfter?: string
  delayMs?: number
  /** As much more or less, evenly. */
  jitterMs?: number
  /** So many bytes at once, of both sides. */
  sliceBytes?: number
  /** Of both sides, each connection by itself. */
  bytesPerSecond?: number
  /** In place of each reply. */
  garbage?: Buffer
  /** The other side hears of an end so much later. */
  closeAfterMs?: number
  /** This share of the replies is an error of Redis instead. */
  failShare?: number
}

/** What the proxy did since it began. */
export type LineCounts = {
  connections: number
  refused: number
  reset: number
  requestBytes: number
  replyBytes: number
  lostBytes: number
  replies: number
  failedReplies: number
}

/** A line to one Redis whose faults can be switched while it is used. */
export type FaultProxy = {
  port: number
  url: string
  /** From now on exactly this is wrong. */
  set(fault: LineFault): void
  /** Nothing is wrong any more. */
  heal(): void
  /** Resets every connection there is. */
  cut(): void
  counts(): LineCounts
  stop(): Promise<void>
}

type Way = 'requests' | 'replies'
type Pair = { client: Socket; server: Socket; hasLost: boolean }

/** More than this waits in no direction: then the sender is made to wait, as a full socket would. */
const mostQueued = 256 * 1024
const lookEveryMs = 5

/** Listens on a free loopback port and passes everything on to `target`. `seed` decides what is chance here. */
export async function startFaultProxy(target: number, { seed = 1 } = {}): Promise<FaultProxy> {
  const pairs = new Set<Pair>()
  const random = seededRandom(seed)
  const counts: LineCounts = {
    ...{ connections: 0, refused: 0, reset: 0, requestBytes: 0, replyBytes: 0, lostBytes: 0 },
    ...{ replies: 0, failedReplies: 0 },
  }
  let fault: LineFault = {}

  function reset(pair: Pair) {
    if (!pairs.delete(pair)) return
    counts.reset += 1
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
  }

  async function pass(pair: Pair, way: Way, to: Socket, bytes: Buffer): Promise<void> {
    if (fault.lose === way) {
      counts.lostBytes += bytes.length
      pair.hasLost = true
      return
    }
    counts[way === 'requests' ? 'requestBytes' : 'replyBytes'] += bytes.length
    const sent = way === 'replies' && fault.garbage ? fault.garbage : bytes
    const size = fault.sliceBytes ?? (fault.bytesPerSecond ? Math.ceil(fault.bytesPerSecond / 20) : sent.length)
    for (let at = 0; at < sent.length && pairs.has(pair); at += size) {
      const piece = sent.subarray(at, at + size)
      if (fault.bytesPerSecond) await wait((piece.length / fault.bytesPerSecond) * 1000)
      if (!fault.sliceBytes) to.write(piece)
      // Each is on its way before the next, or the system would join them again.
      else await new Promise<void>((sent) => to.write(piece, () => sent()))
    }
    if (to.writableNeedDrain) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {})
    if (way === 'requests' && fault.cutAfter && bytes.includes(fault.cutAfter)) {
      // Redis has read it before it hears of the end.
      await wait(lookEveryMs)
      reset(pair)
    }
  }

  function forward(pair: Pair, way: Way) {
    const [from, to] = way === 'requests' ? [pair.client, pair.server] : [pair.server, pair.client]
    const failing = way === 'replies' ? failReplies(random, () => fault.failShare ?? 0, counts) : null
    const queue: { bytes: Buffer; dueAt: number }[] = []
    let queued = 0
    let lastDueAt = 0
    let isDraining = false

    async function drain() {
      if (isDraining) return
      isDraining = true
      for (let next = queue[0]; next !== undefined && pairs.has(pair); next = queue[0]) {
        while (pairs.has(pair) && (fault.hold || performance.now() < next.dueAt)) {
          await wait(fault.hold ? lookEveryMs : Math.max(1, next.dueAt - performance.now()))
        }
        queue.shift()
        queued -= next.bytes.length
        await pass(pair, way, to, next.bytes)
        if (queued < mostQueued && from.isPaused()) from.resume()
      }
      isDraining = false
    }

    from.on('data', (chunk: Buffer) => {
      const bytes = failing === null ? chunk : failing(chunk)
      if (bytes.length === 0) return
      const delay = (fault.delayMs ?? 0) + (random() * 2 - 1) * (fault.jitterMs ?? 0)
      // A stream keeps its order, whatever the jitter.
      lastDueAt = Math.max(lastDueAt, performance.now() + delay)
      queue.push({ bytes, dueAt: lastDueAt })
      queued += bytes.length
      if (queued >= mostQueued) from.pause()
      void drain()
    })
    from.on('error', () => {})
    from.on('close', async () => {
      // While all is held, the end is too.
      while (pairs.has(pair) && (queue.length > 0 || fault.hold)) await wait(lookEveryMs)
      if (fault.closeAfterMs) await wait(fault.closeAfterMs)
      if (pairs.delete(pair)) to.destroy()
    })
  }

  const server = createServer({ noDelay: true, allowHalfOpen: false }, (client) => {
    counts.connections += 1
    if (fault.refuse) {
      counts.refused += 1
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true })
    const pair = { client, server: upstream, hasLost: false }
    pairs.add(pair)
    forward(pair, 'requests')
    forward(pair, 'replies')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')

  function set(next: LineFault) {
    const isLossOver = fault.lose !== undefined && next.lose === undefined
    fault = next
    // Bytes are missing in its stream: no real line goes on after that.
    if (isLossOver) for (const pair of [...pairs]) if (pair.hasLost) reset(pair)
  }

  return {
    port: address.port,
    url: `redis://127.0.0.1:${address.port}`,
    set,
    heal: () => set({}),
    cut() {
      for (const pair of [...pairs]) reset(pair)
    },
    counts: () => ({ ...counts }),
    async stop() {
      for (const pair of [...pairs]) reset(pair)
      server.close()
      await once(server, 'close')
    },
  }
}
