import { type Branch, branch, typeNameOf } from '@/lib/session/tree'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { isObject, own } from './json'
import { phpHeadOf, readPhpSession } from './php-session'
import { idOf, secondsOf } from './php-tree'
import { readPhpValue } from './php-value'

/**
 * Symfony's RedisSessionHandler: a PHP session with the bags of HttpFoundation. `_sf2_meta` has the times. The person is in the security token, which stands as a serialized
 * text inside of `_sf2_attributes` and is read as data once more: the user identifier that the login form kept, else the user's own. Every request sets the TTL and,
 * once a second has passed, writes the session back; a remember-me cookie signs in again. Sources: Symfony 5.4 to 7.2 `HttpFoundation/Session/Storage/MetadataBag.php`,
 * `Handler/RedisSessionHandler.php`, `Security/Http/Firewall/ContextListener.php`; fixtures made by 5.4.
 */
export const symfony: SessionFormat = {
  id: 'symfony',
  label: 'Symfony',
  usualKeys: [/^(sf_s)[a-zA-Z0-9,-]{22,256}$/],
  companionKeys: null,

  recognises({ value }) {
    if (value.type !== 'string') return false
    const head = phpHeadOf(value.bytes)
    return head !== null && bags.test(head)
  },

  decode({ value, now }) {
    if (value.type !== 'string') return { unreadable: 'It is a hash.' }
    const read = readPhpSession(value.bytes, value.isTruncated)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const attributes = branchAt(read.tree, '_sf2_attributes')
    const opened = attributes === null ? null : openTokens(attributes)
    const tree = opened === null ? read.tree : replaced(read.tree, '_sf2_attributes', opened)
    const meta = branchAt(read.tree, '_sf2_meta')
    const facts = findFacts(opened ?? read.tree, now)
    const user = opened === null ? null : userOf(opened)
    return {
      facts: {
        ...facts,
        principal: (opened && user && identifierOf(user, opened)) ?? facts.principal,
        label: user === null ? facts.label : (nameIn(user) ?? facts.label),
        createdAt: timeIn(meta, 'c', now) ?? facts.createdAt,
        lastSeenAt: timeIn(meta, 'u', now) ?? facts.lastSeenAt,
      },
      tree,
      encodings: read.encodings,
    }
  },

  notReached: {
    extend: ['app-timeout', 'browser-cookie'],
    revoke: ['remember-me', 'in-flight-requests', 'open-sockets'],
  },
  secretNames: [],
}

const bags = /_sf2_attributes|_sf2_meta|_symfony_flashes/
const tokenName = /^_security_./

function branchAt(tree: Branch, name: string): Branch | null {
  const value = own(tree, name)
  return isObject(value) ? value : null
}

/** The same with one member in the place of another, in the same order. */
function replaced(tree: Branch, name: string, value: unknown): Branch {
  const copy = branch(typeNameOf(tree))
  for (const other of Object.keys(tree)) copy[other] = other === name ? value : tree[other]
  return copy
}

/** The tokens as values; one that cannot be read stays the text that it is. */
function openTokens(attributes: Branch): Branch {
  let opened = attributes
  for (const name of Object.keys(attributes)) {
    const text = attributes[name]
    if (!tokenName.test(name) || typeof text !== 'string') continue
    const read = readPhpValue(Buffer.from(text), false)
    if ('tree' in read) opened = replaced(opened, name, read.tree)
  }
  return opened
}

/** How deep a user lies in a token of any version. */
const mostSteps = 6
const identifiers = ['userIdentifier', 'username', 'email', 'uuid', 'id']

/** The first object in a token that has what identifies a user. */
function userOf(attributes: Branch): Branch | null {
  for (const name of Object.keys(attributes)) {
    if (!tokenName.test(name)) continue
    const user = findUser(attributes[name], mostSteps)
    if (user !== null) return user
  }
  return null
}

function findUser(value: unknown, steps: number): Branch | null {
  if (steps === 0 || typeof value !== 'object' || value === null) return null
  const isUser = isObject(value) && identifiers.slice(0, 3).some((name) => idOf(own(value, name)) !== null)
  if (isUser && typeNameOf(value) !== null) return value
  for (const inner of Object.values(value)) {
    const user = findUser(inner, steps - 1)
    if (user !== null) return user
  }
  return null
}

/** What the person typed to sign in, where the user has it; else what usually identifies one. */
function identifierOf(user: Branch, attributes: Branch): string | null {
  const known = identifiers.flatMap((name) => textOf(idOf(own(user, name))) ?? [])
  const typed = own(attributes, '_security.last_username')
  return known.find((text) => text === typed) ?? known[0] ?? null
}

function nameIn(user: Branch): string | null {
  const whole = ['fullName', 'displayName', 'name'].map((name) => textOf(own(user, name))).find((text) => text !== null)
  if (whole !== undefined) return whole
  const parts = ['firstName', 'lastName'].flatMap((name) => textOf(own(user, name)) ?? [])
  return parts.length === 0 ? null : parts.join(' ')
}

/** Within a day from now: a later one is no time of a session. */
function timeIn(meta: Branch | null, name: string, now: number): number | null {
  const at = meta === null ? null : secondsOf(own(meta, name))
  return at !== null && at <= now + 86_400_000 ? at : null
}
