import { inflateSync } from 'node:zlib'
import { fieldOf, type StoredValue } from '@/lib/session/raw'
import { type Branch, branch } from '@/lib/session/tree'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { isObject, own } from './json'
import { maxInflatedBytes } from './limits'
import { type PhpSession, readPhpSession } from './php-session'
import { idOf, textOrBytes } from './php-tree'
import { type Unpacked, unpackLz4, unpackLzf, unpackSnappy } from './php-unpack'

/**
 * Magento 1 and 2 and OpenMage by Cm_RedisSession: a hash whose field `data` is a PHP session, packed behind a mark of four bytes where it is long. The customer is under
 * `customer_base`, an administrator under `admin`; what guards the session against theft tells address and browser. Reading a session that is not there locks it, and leaves a
 * hash without `data` for six hours. Requests change the TTL all the time and write the session back. Source: php-redis-session-abstract 2.1 `src/Cm/RedisSession/Handler.php`.
 */
export const magento: SessionFormat = {
  id: 'magento',
  label: 'Magento',
  usualKeys: [/^(sess_)[a-zA-Z0-9,-]{22,256}$/],
  companionKeys: null,

  recognises({ value }) {
    if (value.type !== 'hash') return false
    const has = (name: string) => fieldOf(value, name) !== null
    return has('data') ? has('writes') || has('lock') : has('lock') && (has('pid') || has('req'))
  },

  decode({ value, now }) {
    const data = fieldOf(value, 'data')
    if (value.type !== 'hash') return { unreadable: 'It is a string.' }
    if (data === null) {
      return value.isTruncated
        ? { unreadable: 'It is longer than what is read.' }
        : { noSession: 'It is a lock without a session, left by a request that found none.' }
    }
    const read = readData(data)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const { session, encodings } = read
    const facts = findFacts(session.tree, now)
    const admin = adminIn(session.tree)
    const guard = guardIn(session.tree)
    return {
      facts: {
        ...facts,
        principal: customerIn(session.tree) ?? admin?.principal ?? facts.principal,
        label: admin?.label ?? facts.label,
        ip: textOf(guard?.remote_addr) ?? facts.ip,
        userAgent: textOf(guard?.http_user_agent) ?? facts.userAgent,
      },
      tree: treeOf(value, session.tree),
      encodings: ['hash', ...encodings, ...session.encodings],
    }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: ['form_key'],
}

const markBytes = 4

function readData(data: Buffer): { session: PhpSession; encodings: string[] } | { reason: string } {
  const packing = packings[data.toString('latin1', 0, markBytes)]
  const unpacked: Unpacked = packing?.unpack(data.subarray(markBytes)) ?? { bytes: data, isCut: false }
  if ('reason' in unpacked) return unpacked
  const session = readPhpSession(unpacked.bytes, false)
  return 'reason' in session ? session : { session, encodings: packing === undefined ? [] : [packing.name] }
}

const packings: Record<string, { name: string; unpack: (bytes: Buffer) => Unpacked } | undefined> = {
  ':gz:': { name: 'zlib', unpack: inflate },
  ':l4:': {
    name: 'lz4',
    unpack: (bytes) =>
      bytes.length < 5
        ? { reason: 'is compressed by LZ4, but broken' }
        : unpackLz4(bytes.subarray(4), bytes.readInt32LE(0), false),
  },
  ':lz:': { name: 'lzf', unpack: (bytes) => unpackLzf(bytes, false) },
  ':sn:': { name: 'snappy', unpack: (bytes) => unpackSnappy(bytes, false) },
}

function inflate(bytes: Buffer): Unpacked {
  try {
    return { bytes: inflateSync(bytes, { maxOutputLength: maxInflatedBytes }), isCut: false }
  } catch {
    // Broken, or too large: zlib tells by a code what nobody asks.
    return { reason: 'is compressed by zlib, but broken or too large' }
  }
}

function branchAt(tree: Branch, name: string): Branch | null {
  const value = own(tree, name)
  return isObject(value) ? value : null
}

/** Magento 2 keeps `customer_id`, Magento 1 `id`; sites of their own begin with `customer` too. */
function customerIn(tree: Branch): string | null {
  for (const name of Object.keys(tree)) {
    const space = name.startsWith('customer') ? branchAt(tree, name) : null
    const id = space && (idOf(own(space, 'customer_id')) ?? idOf(own(space, 'id')))
    if (id !== null) return id
  }
  return null
}

/** The data of a model lies inside of it, in `_data` or `data`. */
function adminIn(tree: Branch): { principal: string; label: string | null } | null {
  const user = branchAt(branchAt(tree, 'admin') ?? branch(), 'user')
  const data = user && (branchAt(user, '_data') ?? branchAt(user, 'data') ?? user)
  const name = data && textOf(own(data, 'username'))
  const id = data && (idOf(own(data, 'user_id')) ?? name)
  return id === null ? null : { principal: id, label: name }
}

/** Magento 2 has it at the top, Magento 1 in each space. */
function guardIn(tree: Branch): Branch | null {
  const top = branchAt(tree, '_session_validator_data')
  if (top !== null) return top
  for (const space of Object.values(tree)) {
    const guard = isObject(space) ? branchAt(space, '_session_validator_data') : null
    if (guard !== null) return guard
  }
  return null
}

/** The fields beside the session tell what its last request was. */
function treeOf(value: StoredValue & { type: 'hash' }, data: Branch): Branch {
  const tree = branch()
  for (const [name, bytes] of value.fields) {
    const text = name.toString('utf8')
    tree[text] = text === 'data' ? data : textOrBytes(bytes)
  }
  return tree
}
