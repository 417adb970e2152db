import type { Redis } from 'ioredis'
import type { Log } from '@/lib/log'
import type { SourceChange } from '@/lib/session/source'
import type { FeedKind } from './connection'
import { isAnswer, isRefused, mayNotAsk, reasonOf } from './errors'
import { createEar, keyOfChannel, keyspacePatterns } from './keyspace'

const channel = '__redis__:invalidate'

/** What Redis pushes about keys that changed, over every primary. */
export type Tracking = {
  watch(prefixes: string[], onChange: (change: SourceChange) => void): () => void
  kind(): FeedKind
  /** The prefixes that are watched, without those within others. */
  prefixes(): string[]
  /** The commands that were refused when it was to begin, upper case. */
  refused(): string[]
  /** Follows the primaries and asks each socket whether it lives; called each second while Redis answers. */
  beat(): void
  /** Tries again where tracking was refused; called when permissions may have changed. */
  retry(): void
  close(): void
}

type Watcher = { prefixes: string[]; starts: string[]; onChange: (change: SourceChange) => void }
/** `listening`: tracking is refused, and keyspace events are waited for. */
type Tracker = {
  socket: Redis
  state: 'connecting' | 'armed' | 'listening' | 'refused'
  armedPrefixes: string
  /** What was refused, or null. */
  refused: string | null
  ear: ReturnType<typeof createEar>
}

/**
 * One socket for each primary that redirects its own tracking to itself, so there is no second connection to lose (BCAST, protocol 2).
 * Armed in order on every `ready`; `everything` is told after each arming, when an armed socket is lost, and after a flush.
 * Where tracking is refused the keyspace events of the database are listened to, which the server may send or not.
 * `sockets` names the primaries of now; `open` makes an own socket to one.
 */
export function createTracking(
  sockets: () => Map<string, Redis>,
  open: (primary: Redis) => Redis,
  log: Log,
  database = 0,
): Tracking {
  const watchers = new Set<Watcher>()
  const trackers = new Map<string, Tracker>()

  function tell(change: SourceChange) {
    for (const { starts, onChange } of watchers) {
      if (change === 'everything') onChange(change)
      else {
        const keys = change.keys.filter((key) => starts.some((start) => startsWith(key, start)))
        if (keys.length > 0) onChange({ keys })
      }
    }
  }

  function wanted(): string[] {
    return shortest([...watchers].flatMap(({ prefixes }) => prefixes))
  }

  async function arm(tracker: Tracker): Promise<void> {
    const { socket } = tracker
    const prefixes = wanted()
    let asked = 'CLIENT ID'
    try {
      const id = String(await socket.call('CLIENT', 'ID'))
      const filter = prefixes.includes('') ? [] : prefixes.flatMap((prefix) => ['PREFIX', prefix])
      asked = 'CLIENT TRACKING'
      await socket.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...filter)
      asked = 'SUBSCRIBE'
      await socket.subscribe(channel)
    } catch (error) {
      if (isAnswer(error) && (isRefused(error) || /NOPERM/.test(String(error)))) {
        tracker.refused = asked
        log.info('feed.refused', { reason: reasonOf(error) })
        await listen(tracker, prefixes)
      } else socket.disconnect(true)
      return
    }
    tracker.state = 'armed'
    tracker.refused = null
    tracker.armedPrefixes = JSON.stringify(prefixes)
    tell('everything')
    rearmIfChanged(tracker)
  }

  async function listen(tracker: Tracker, prefixes: string[]): Promise<void> {
    const { socket } = tracker
    try {
      await socket.psubscribe(...keyspacePatterns(database, prefixes))
    } catch (error) {
      if (isAnswer(error)) {
        tracker.state = 'refused'
        socket.disconnect()
      } else socket.disconnect(true)
      return
    }
    tracker.ear = createEar()
    tracker.state = 'listening'
    tracker.armedPrefixes = JSON.stringify(prefixes)
    rearmIfChanged(tracker)
  }

  const isOpen = ({ state }: Tracker) => state === 'armed' || state === 'listening'

  /** A subscribed socket takes no new prefixes, so it begins anew. */
  function rearmIfChanged(tracker: Tracker) {
    if (isOpen(tracker) && tracker.armedPrefixes !== JSON.stringify(wanted())) tracker.socket.disconnect(true)
  }

  function track(primary: Redis): Tracker {
    const socket = open(primary)
    const tracker: Tracker = { socket, state: 'connecting', armedPrefixes: '', refused: null, ear: createEar() }
    socket.on('error', (error: unknown) => log.debug('feed.error', { reason: reasonOf(error) }))
    socket.on('ready', () => void arm(tracker))
    socket.on('close', () => {
      if (!isOpen(tracker)) return
      tracker.state = 'connecting'
      tell('everything')
    })
    socket.on('messageBuffer', (_channel: Buffer, keys: Buffer[] | null) => {
      tell(keys === null ? 'everything' : { keys })
    })
    socket.on('pmessageBuffer', (_pattern: string, channel: Buffer, event: Buffer) => {
      tracker.ear.hear(event.toString())
      tell({ keys: [keyOfChannel(channel)] })
    })
    connect(socket)
    return tracker
  }

  function follow() {
    const primaries = watchers.size === 0 ? new Map<string, Redis>() : sockets()
    for (const [name, tracker] of trackers) {
      if (primaries.has(name)) continue
      trackers.delete(name)
      tracker.socket.disconnect()
    }
    for (const [name, primary] of primaries) {
      if (!trackers.has(name)) trackers.set(name, track(primary))
    }
  }

  return {
    watch(prefixes, onChange) {
      const watcher = { prefixes, starts: prefixes.map(bytesOf), onChange }
      watchers.add(watcher)
      follow()
      for (const tracker of trackers.values()) rearmIfChanged(tracker)
      return () => {
        watchers.delete(watcher)
        follow()
      }
    },
    kind() {
      const all = [...trackers.values()]
      const states = all.map(({ state }) => state)
      if (states.includes('refused')) return 'rescan'
      if (states.includes('listening')) {
        return all.every(isOpen) && all.some(({ ear }) => ear.hasHeard()) ? 'events' : 'rescan'
      }
      return states.length > 0 && states.every((state) => state === 'armed') ? 'tracking' : 'none'
    },
    prefixes: wanted,
    refused: () => [...trackers.values()].flatMap(({ refused }) => refused ?? []),
    beat() {
      follow()
      for (const tracker of trackers.values()) {
        const { socket } = tracker
        if (!isOpen(tracker) || socket.status !== 'ready') continue
        socket.ping().catch((error: unknown) => {
          if (!mayNotAsk(error) && socket.status === 'ready') socket.disconnect(true)
        })
      }
    },
    retry() {
      for (const tracker of trackers.values()) {
        if (tracker.state !== 'refused' || tracker.socket.status !== 'end') continue
        tracker.state = 'connecting'
        connect(tracker.socket)
      }
    },
    close() {
      watchers.clear()
      follow()
    },
  }
}

/** Overlapping prefixes are an error for Redis; the shorter one covers the longer. */
export function shortest(prefixes: string[]): string[] {
  const unique = [...new Set(prefixes)].sort()
  return unique.filter((prefix) => !unique.some((other) => other !== prefix && prefix.startsWith(other)))
}

/** A prefix as the bytes that a key begins with, one character each. */
export function bytesOf(prefix: string): string {
  return Buffer.from(prefix).toString('latin1')
}

export function startsWith(key: Buffer, start: string): boolean {
  if (key.length < start.length) return false
  for (let at = 0; at < start.length; at += 1) if (key[at] !== start.charCodeAt(at)) return false
  return true
}

function connect(socket: Redis) {
  // The reason reaches the `error` listener; ioredis itself tries again.
  socket.connect().catch(() => {})
}
