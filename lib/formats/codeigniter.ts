import { isIP } from 'node:net'
import { findFacts } from './facts'
import type { SessionFormat } from './format'
import { phpHeadOf, readPhpSession } from './php-session'

/**
 * CodeIgniter 4: a PHP session that begins with when its id last changed. With `matchIP` the address stands in the key. The person is where the application or Shield put one.
 * Every request sets the TTL to the application's; a lock lies beside the session for five minutes. Source: CodeIgniter 4.7 `system/Session/Handlers/RedisHandler.php`.
 */
export const codeigniter: SessionFormat = {
  id: 'codeigniter',
  label: 'CodeIgniter',
  usualKeys: [/^(ci_session:(?:[a-zA-Z0-9_-]{1,20}:)?)(?:[0-9a-fA-F.:]{2,45}:)?[a-zA-Z0-9,-]{22,256}$/],
  companionKeys: /:lock$(?<=[a-zA-Z0-9,-]{22}:lock)/,

  recognises({ value, prefix }) {
    if (value.type !== 'string') return false
    const head = phpHeadOf(value.bytes)
    return head !== null && (head.includes('__ci_last_regenerate') || prefix.startsWith('ci_session:'))
  },

  decode({ value, rest, now }) {
    if (value.type !== 'string') return { unreadable: 'It is a hash.' }
    if (value.bytes.length === 0 && !value.isTruncated) return { noSession: 'It is empty.' }
    const read = readPhpSession(value.bytes, value.isTruncated)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const facts = findFacts(read.tree, now)
    return { facts: { ...facts, ip: addressIn(rest) ?? facts.ip }, tree: read.tree, encodings: read.encodings }
  },

  notReached: { extend: ['app-timeout'], revoke: ['remember-me', 'in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

/** Between the prefix and the id. The last segments in front of the id that are an address, for a prefix may be shorter than the application's. */
function addressIn(rest: string): string | null {
  let start = 0
  const end = rest.lastIndexOf(':')
  while (start < end) {
    const text = rest.slice(start, end)
    if (isIP(text) !== 0) return text
    const next = rest.indexOf(':', start)
    start = next + 1
  }
  return null
}
