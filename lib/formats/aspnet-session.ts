import { isTime } from '@/lib/session/lifetime'
import { type Branch, branch, bytesLeaf, isLeaf } from '@/lib/session/tree'
import { createTextCutter } from './cut-text'
import { readCacheEntry, slidingField } from './distributed-cache'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { isObject, readJson } from './json'
import { maxNodes } from './limits'
import { encodingsOf } from './text'

/**
 * ASP.NET Core's session middleware over the distributed cache: a hash whose `data` is a revision, a count, the session's own id, then names and values with their lengths. Every
 * request sets the TTL to `sldexp`, so that is what an extension raises; a changed session gets the application's own again. The cache keeps other values in the same shape and
 * under the same prefix: they are no sessions. Sources: aspnetcore `Middleware/Session/src/DistributedSession.cs`, `Caching/StackExchangeRedis/src/RedisCache.cs`.
 */
export const aspnetSession: SessionFormat = {
  id: 'aspnet-session',
  label: 'ASP.NET Core',
  // A bare UUID tells nothing of who wrote it: found by its values.
  usualKeys: [],
  companionKeys: null,

  recognises: ({ value }) => readCacheEntry(value) !== null,

  decode({ value, now, redisExpiresAt }) {
    const entry = readCacheEntry(value)
    if (entry === null) return { unreadable: 'It is no entry of the distributed cache of .NET.' }
    const read = readEntries(entry.data, value.isTruncated)
    if (read === null) return { noSession: 'It is another value of the distributed cache of .NET.' }
    const { absoluteEndsAt: expiresAt, slidingMs } = entry
    const facts = findFacts(uncapitalized(read.tree, 2), now)
    const seenAt =
      redisExpiresAt === null || slidingMs === null || expiresAt !== null ? null : redisExpiresAt - slidingMs
    // Later than now: somebody moved the expiry, and it tells no visit any more.
    const lastSeenAt = isTime(seenAt) && seenAt <= now + 1_000 ? Math.min(seenAt, now) : facts.lastSeenAt
    const encodings = encodingsOf('asp.net session', read)
    return { facts: { ...facts, lastSeenAt, expiresAt }, tree: read.tree, encodings }
  },

  extend({ value, now }, untilAt) {
    const entry = readCacheEntry(value)
    if (entry === null || value.isTruncated) return null
    const expiresAt = Math.min(untilAt, entry.absoluteEndsAt ?? Number.POSITIVE_INFINITY)
    const slidingMs = Math.ceil(expiresAt - now)
    const isEnough = entry.slidingMs === null || entry.slidingMs >= slidingMs
    return {
      rewrite: isEnough ? null : { type: 'hash', fields: [slidingField(slidingMs)] },
      expiresAt,
      notReached: expiresAt < untilAt ? ['absolute-timeout', 'app-timeout'] : ['app-timeout'],
    }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

const revision = 2
const headBytes = 20

/** The application's entries by name; null for what is no session. Of a truncated one those of its head. */
function readEntries(data: Buffer, isTruncated: boolean): { tree: Branch; isCut: boolean } | null {
  if (data.length < headBytes || data[0] !== revision) return null
  const count = data.readUIntBE(1, 3)
  const cutText = createTextCutter(data)
  const tree = branch()
  let at = headBytes
  for (let done = 0; done < count; done++) {
    const nameEnd = at + 2 <= data.length ? at + 2 + data.readUInt16BE(at) : data.length
    const end = nameEnd + 4 <= data.length ? nameEnd + 4 + data.readUInt32BE(nameEnd) : data.length + 1
    if (end > data.length) return isTruncated ? { tree, isCut: true } : null
    if (done < maxNodes) {
      const name = cutText(at + 2, nameEnd) ?? data.toString('utf8', at + 2, nameEnd)
      tree[name] = shown(cutText(nameEnd + 4, end), data, nameEnd + 4, end)
    }
    at = end
  }
  // The middleware writes nothing behind the last entry.
  return at === data.length || isTruncated ? { tree, isCut: isTruncated || count > maxNodes } : null
}

/** A text, JSON in it, or `SetInt32`'s four bytes where they are no text. */
function shown(text: string | null, data: Buffer, start: number, end: number): unknown {
  if (text === null || hasControls(text))
    return end - start === 4 ? data.readInt32BE(start) : bytesLeaf(data.subarray(start, end))
  const read = text.startsWith('{') ? readJson(text, false) : null
  return read !== null && 'tree' in read && isObject(read.tree) ? read.tree : text
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 && (code < 0x09 || code > 0x0d)) return true
  }
  return false
}

/** .NET writes names with a capital first, as in `UserId`; facts are found under `userId`. `levels` deep, for a person inside the session. */
function uncapitalized(tree: Record<string, unknown>, levels: number): Branch {
  const same = branch()
  for (const name of Object.keys(tree)) {
    const value = tree[name]
    const inner = levels > 1 && isObject(value) && !isLeaf(value) ? uncapitalized(value, levels - 1) : value
    const lower = name.charAt(0).toLowerCase() + name.slice(1)
    same[lower] ??= inner
  }
  return same
}
