import { isTime } from '@/lib/session/lifetime'
import type { RawSession } from '@/lib/session/raw'
import { isLeaf } from '@/lib/session/tree'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { withGoTime } from './go-time'
import { type GobRead, readGob } from './gob'
import { isGob } from './gob-type'
import { isObject, own } from './json'
import { encodingsOf } from './text'

/**
 * alexedwards/scs: gob of a struct of `Deadline` and `Values`. Each save sets the TTL to the deadline, or with an idle timeout to the earlier of both, so an extension writes the
 * deadline in place: it has a fixed length. A TTL before the deadline tells of an idle timeout, which returns at the next request. Source: scs 2.9 `codec.go`, `session.go`, `redisstore`.
 */
export const scs: SessionFormat = {
  id: 'scs',
  label: 'scs (Go)',
  usualKeys: [/^((?:[\w-]+:)*?scs:session:)[\w-]{43}$/],
  companionKeys: null,

  recognises: ({ value }) => value.type === 'string' && isGob(value.bytes) && hasShape(value.bytes),

  decode(raw) {
    const read = readValue(raw)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const values = partOf(read.tree, 'Values')
    const facts = findFacts(values, raw.now)
    const principal = facts.principal ?? textOf(partOf(values, 'authenticatedUserID'))
    const expiresAt = deadlineOf(read)?.at ?? null
    return { facts: { ...facts, principal, expiresAt }, tree: read.tree, encodings: encodingsOf('gob', read) }
  },

  extend(raw, untilAt) {
    const read = readValue(raw)
    const deadline = 'reason' in read ? null : deadlineOf(read)
    if (deadline === null || raw.value.type !== 'string' || raw.value.isTruncated) return null
    const isIdle = raw.redisExpiresAt !== null && raw.redisExpiresAt < deadline.at - idleMs
    const notReached = isIdle ? (['app-timeout', 'browser-cookie'] as const) : (['browser-cookie'] as const)
    const done = { expiresAt: untilAt, notReached: [...notReached] }
    if (deadline.at >= untilAt) return { rewrite: null, ...done }
    const bytes = withGoTime(raw.value.bytes, deadline.offset, Math.ceil(untilAt))
    return { rewrite: { type: 'string', bytes }, ...done }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

/** The TTL is set a moment after the deadline is made. */
const idleMs = 5_000

/** The names of both fields stand in the definition, at the head. */
function hasShape(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 64)
  return head.includes('\bDeadline') && head.includes('\u0006Values')
}

function readValue({ value }: RawSession): GobRead {
  return value.type === 'string' ? readGob(value.bytes, value.isTruncated) : { reason: 'is a hash' }
}

function deadlineOf({ tree, times }: Exclude<GobRead, { reason: string }>): { at: number; offset: number } | null {
  const found = partOf(tree, 'Deadline')
  const offset = isLeaf(found) ? times.get(found) : undefined
  const at = isLeaf(found) ? Date.parse(found.text) : null
  return offset === undefined || !isTime(at) ? null : { at, offset }
}

const partOf = (tree: unknown, name: string) => (isObject(tree) ? own(tree, name) : null)
