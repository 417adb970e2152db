import { isUtf8 } from 'node:buffer'
import type { Facts } from '@/lib/session/plan'
import { branch, bytesLeaf, leaf } from '@/lib/session/tree'
import type { SessionFormat } from './format'
import { maxNodes } from './limits'
import { encodingsOf } from './text'

/**
 * Microsoft's RedisSessionStateProvider for ASP.NET Framework: a hash of items, each by BinaryFormatter, which nobody should read: the names are shown, and how long the values are. Beside it
 * stand the timeout in seconds, which sets the TTL at every request, and a lock, all in one slot. Sources: Azure/aspnet-redis-providers
 * `src/RedisSessionStateProvider/{KeyGenerator,RedisConnectionWrapper}.cs`.
 */
export const aspnetFramework: SessionFormat = {
  id: 'aspnet-framework',
  label: 'ASP.NET Framework',
  usualKeys: [/^(\{[^{}]*_)[0-9a-z]{24}\}_(?:SessionStateItemCollection|Data)$/],
  companionKeys: /^\{.+\}_(?:SessionTimeout|Internal|Write_?Lock)$/,

  recognises({ key, value }) {
    if (value.type !== 'hash' || key[0] !== 0x7b) return false
    const name = sessionKey.exec(key.toString('latin1'))?.[2]
    // `_Data` is a usual name: there the values must say it too.
    return name === 'SessionStateItemCollection' || (name === 'Data' && value.fields.some(([, item]) => isBinary(item)))
  },

  decode({ value }) {
    if (value.type !== 'hash') return { unreadable: 'It is no hash of items.' }
    const { fields, isTruncated } = value
    const tree = branch()
    for (const [name, item] of fields.slice(0, maxNodes)) {
      const shown = isBinary(item) ? leaf('BinaryFormatter', `${item.length} bytes`) : bytesLeaf(item)
      tree[isUtf8(name) ? name.toString('utf8') : name.toString('hex')] = shown
    }
    const encodings = encodingsOf('BinaryFormatter', { isCut: isTruncated || fields.length > maxNodes })
    return { facts: nobody, tree, encodings }
  },

  end({ key }) {
    const companions = companionsOf(key).map((companion) => ({ deed: 'remove' as const, key: companion }))
    return { invalidation: null, companions }
  },

  extend({ key }, untilAt) {
    const companions = companionsOf(key)
      .slice(0, 1)
      .map((companion) => ({ deed: 'expire' as const, key: companion, untilAt, otherwise: null }))
    return { rewrite: null, expiresAt: untilAt, companions, notReached: ['app-timeout'] }
  },

  notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: [],
}

const sessionKey = /^(\{.+\})_(SessionStateItemCollection|Data)$/
/** What BinaryFormatter holds is not looked into. */
const nobody: Facts = {
  principal: null,
  label: null,
  createdAt: null,
  lastSeenAt: null,
  expiresAt: null,
  ip: null,
  userAgent: null,
}

/** How every stream of BinaryFormatter begins: a header with the root's number, and the version. */
const isBinary = (bytes: Buffer) => bytes[0] === 0 && bytes.length > 17 && bytes.readUInt32LE(9) === 1

/** The timeout, then the lock, as the version of the provider names them. */
function companionsOf(key: Buffer): Buffer[] {
  const [, base, name] = sessionKey.exec(key.toString('latin1')) ?? []
  if (base === undefined) return []
  const names = name === 'Data' ? ['Internal', 'Write_Lock'] : ['SessionTimeout', 'WriteLock']
  return names.map((companion) => Buffer.from(`${base}_${companion}`, 'latin1'))
}
