import type { Redis } from 'ioredis'
import type { Trouble } from '@/lib/contract/source'
import type { Log } from '@/lib/log'
import type { RedisAddress } from '@/lib/settings.mjs'
import { absent, nothingProbed, probeCapabilities, probeTransaction, type Use } from './capabilities'
import type { Connection, Health } from './connection'
import { isAnswer, mayNotAsk, wasNeverSent } from './errors'
import { meterCommands } from './metered'
import { describeAddress, isCluster, keepTrying, openClient } from './options'
import { createSide } from './side'
import { createTracking } from './tracking'
import { createComplaints, messageOf, troubleOf } from './trouble'

const beatMs = 1000
/** The clock is read and the capabilities are probed again this often: permissions change while a socket stands. */
const reviewMs = 60_000
/** The same while Redis refuses something that it should take. */
const troubledReviewMs = 5000

type ConnectOptions = {
  address: RedisAddress
  database: number
  log: Log
  isReadOnly: boolean
  /** It keeps what is Rollcall's own, and no sessions. */
  isHome?: boolean
  /** Certificates to trust instead of the system's, PEM. */
  ca?: string
}

/** A `Connection`, connecting in the background from now on; never throws, whatever answers or does not answer at the address. */
export function createConnection({
  address,
  database,
  log,
  isReadOnly,
  isHome = false,
  ca,
}: ConnectOptions): Connection {
  const use: Use = isHome ? 'home' : isReadOnly ? 'reading' : 'sessions'
  const description = describeAddress(address, database)
  const listeners = new Set<(health: Health) => void>()
  let health: Health = { state: 'connecting', since: Date.now(), lastAnswerAt: null, reason: null }
  let probe = nothingProbed
  /** What a transaction may not hold, as far as it is known. */
  let denied: string[] = []
  let clock: { redisAt: number; readAt: number } | null = null
  let reviewedAt: number | null = null
  const complaints = createComplaints()
  let fault: Trouble = lost
  let trouble: Trouble | null = null
  let isProbing = false
  let isBeating = false
  let isClosed = false

  /** A primary that was demoted answers READONLY on an open socket: leave it. Probing a replica must not, or it would never end. */
  const shouldReconnect = (error: Error) => /^READONLY/.test(error.message) && !isProbing
  const client = openClient(address, database, shouldReconnect, ca)
  const counts = meterCommands(client, (command, error) => {
    // What a probe finds refused is missing, and no trouble.
    if (!(isProbing && /^NOPERM/.test(messageOf(error)))) complaints.note(command, error)
  })
  const tracking = createTracking(primaries, (primary) => keepTrying(primary.duplicate(ownSocket)), log, database)
  const side = createSide(() => openClient(address, database, shouldReconnect, ca), database)

  function primaries(): Map<string, Redis> {
    if (!isCluster(client)) return new Map([['', client]])
    return new Map(client.nodes('master').map((node) => [`${node.options.host}:${node.options.port}`, node]))
  }

  function setHealth(state: Health['state'], reason: string | null) {
    const isNew = state !== health.state
    const isSmooth = state === 'up' && health.state === 'connecting'
    health = { ...health, state, reason, since: isNew ? Date.now() : health.since }
    if (!isNew) return
    log[state === 'down' ? 'warn' : isSmooth ? 'debug' : 'info']('redis.health', { redis: description, state, reason })
    for (const listener of listeners) listener(health)
  }

  function fail() {
    if (isClosed) return
    reviewedAt = null
    trouble = fault
    setHealth('down', fault.what)
  }

  /** One look at every primary; the first one after each `ready` also learns what it can do, and only then is the connection up. */
  async function beat(): Promise<void> {
    if (isBeating || isClosed) return
    isBeating = true
    try {
      const nodes = [...primaries().values()]
      if (client.status !== 'ready' || nodes.length === 0) {
        if (health.state === 'up') fail()
        return
      }
      await Promise.all(nodes.map(ask))
      health = { ...health, lastAnswerAt: Date.now() }
      const everyMs = complaints.current() === null ? reviewMs : troubledReviewMs
      if (reviewedAt === null || performance.now() - reviewedAt > everyMs) await review()
      if (isClosed || client.status !== 'ready') return
      fault = lost
      trouble = null
      setHealth('up', null)
      tracking.beat()
      side.beat()
    } catch (error) {
      if (!wasNeverSent(error)) fault = troubleOf(error)
      fail()
    } finally {
      isBeating = false
    }
  }

  async function ask(node: Redis): Promise<void> {
    try {
      await node.ping()
    } catch (error) {
      // It answers, and who may not ask, or a disk that takes no save, keeps nobody from reading.
      if (mayNotAsk(error) || (isAnswer(error) && /^MISCONF/.test(messageOf(error)))) return
      // A socket that is silent may be half open: only a new one tells.
      if (!isAnswer(error) && node.status === 'ready') node.disconnect(true)
      throw error
    }
  }

  async function review(): Promise<void> {
    // ioredis selects at connect but goes on in database 0 when that is refused.
    if (!isCluster(client) && database !== 0) await selectOrLeave(client)
    isProbing = true
    complaints.clear()
    try {
      probe = await probeCapabilities(client, use, absentKey())
    } finally {
      isProbing = false
    }
    await readClock()
    reviewedAt = performance.now()
    tracking.retry()
    void reviewTransactions()
  }

  /** Beside all else, for it waits for a connection of its own. */
  async function reviewTransactions(): Promise<void> {
    if (!probe.capabilities.watch) return
    try {
      denied = await side.transact((own) => probeTransaction(own, use, absentKey()))
    } catch {
      // What was known before stands; the next review asks again.
    }
  }

  /** Under a watched prefix, where this user may touch keys; nobody writes it. */
  function absentKey(): string {
    return `${isHome ? '' : (tracking.prefixes().find((prefix) => !absent.startsWith(prefix)) ?? '')}${absent}`
  }

  async function selectOrLeave(single: Redis): Promise<void> {
    try {
      await single.select(database)
    } catch (error) {
      single.disconnect(true)
      throw error
    }
  }

  async function readClock(): Promise<void> {
    const askedAt = performance.now()
    const answer = await client.call('TIME').catch((error: unknown) => {
      if (isAnswer(error)) return null
      throw error
    })
    if (!Array.isArray(answer)) return
    const readAt = (askedAt + performance.now()) / 2
    clock = { redisAt: Number(answer[0]) * 1000 + Number(answer[1]) / 1000, readAt }
  }

  client.on('error', (error: unknown) => {
    fault = troubleOf(error)
    log.debug('redis.error', { redis: description, reason: fault.what })
    if (health.state !== 'up') fail()
  })
  client.on('close', fail)
  client.on('ready', () => void beat())
  // Its reason reaches the `error` listener; ioredis goes on trying.
  client.connect().catch(() => {})
  const timer = setInterval(() => void beat(), beatMs)
  timer.unref()

  return {
    database,
    description,
    isCluster: isCluster(client),
    client,
    health: () => health,
    onHealth(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    capabilities: () => ({
      ...probe.capabilities,
      tracking: probe.capabilities.tracking && !['rescan', 'events'].includes(tracking.kind()),
      hset: probe.capabilities.hset && !denied.includes('HSET'),
      watch: probe.capabilities.watch && !denied.includes('MULTI'),
    }),
    missing: () => [...new Set([...probe.missing, ...denied, ...tracking.refused()])],
    trouble: () => trouble ?? complaints.current(),
    feed() {
      const kind = tracking.kind()
      return probe.capabilities.tracking || reviewedAt === null || kind === 'events' ? kind : 'rescan'
    },
    now: () => (clock === null ? Date.now() : Math.round(clock.redisAt + performance.now() - clock.readAt)),
    watch: (prefixes, onChange) => tracking.watch(prefixes, onChange),
    transact: (work) => side.transact(work),
    counts,
    async close() {
      isClosed = true
      clearInterval(timer)
      listeners.clear()
      tracking.close()
      side.close()
      client.disconnect()
    },
  }
}

/** What is known of a connection that ended without a word. */
const lost = troubleOf(null)

/** What a tracker's socket has beside its primary's options: in a cluster the nodes themselves queue and are read-only at times. */
const ownSocket = { lazyConnect: true, enableOfflineQueue: false, readOnly: false }
