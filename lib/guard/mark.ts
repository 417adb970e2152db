import { wordsOf } from '@/lib/session/secret-names'
import type { StoredSession } from '@/lib/session/source'
import { isLeaf } from '@/lib/session/tree'

/** What tells one session from another that stands under the same key later. Digests and times alone: no value, no name and no key can be read from it. */
export type Mark = {
  /** Whose it is, digested; null: nobody's. */
  person: string | null
  /** When it was created, as far as its payload tells. */
  createdAt: number | null
  /** All of what was stored. */
  content: string
  /** Of the values that no other session has: tokens against forged requests and nonces where there are any, else what looks random. */
  uniques: string[]
  /** How many fields a hash has; null: no hash. */
  fields: number | null
  isReadable: boolean
}

/** One way, and another one with every secret. */
export type Digest = (bytes: Buffer | string) => string

const mostUniques = 8
const mostNodes = 5000
const nonceWords = new Set(['csrf', 'xsrf', 'csrftoken', 'xsrftoken', 'nonce', 'authenticity'])
/** Laravel's. */
const nonceNames = new Set(['_token'])
/** What stands under such a name is the person's or the browser's, and the same in their next session. */
const lastingWords = new Set([
  'id',
  'user',
  'sub',
  'hash',
  'email',
  'avatar',
  'picture',
  'url',
  'name',
  'agent',
  'device',
])
const random = /^(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w+/=.~%-]{16,4096}$/
const date = /^\d{4}-\d\d-\d\d/

export function markOf({ raw, session, decoded }: StoredSession, digest: Digest): Mark {
  const { value } = raw
  const isHash = value.type === 'hash'
  const content = isHash
    ? digest(JSON.stringify(value.fields.map((field) => field.map((bytes) => bytes.toString('base64'))).sort()))
    : digest(value.bytes)
  const tree = 'tree' in decoded ? decoded.tree : null
  return {
    person: session.principal === null ? null : digest(session.principal),
    createdAt: session.createdAt,
    content,
    uniques: findUniques(tree, session.principal).map(digest),
    fields: isHash ? value.fields.length : null,
    isReadable: 'tree' in decoded,
  }
}

/** Whether nothing but the person tells it from their next session: then it is kept from coming back for a short time only, so that nobody is kept from signing in. */
export function isPlain({ createdAt, uniques }: Mark): boolean {
  return createdAt === null && uniques.length === 0
}

/**
 * Whether what stands under the key now is the session that was ended, saved again by a request that was under way; false: a new sign-in. What cannot be read is held for the
 * old one, and so is what a late write left of its hash.
 */
export function isReturn(ended: Mark, now: Mark): boolean {
  if (now.content === ended.content || !now.isReadable) return true
  const hasShared = now.uniques.some((unique) => ended.uniques.includes(unique))
  if (now.person !== ended.person) {
    if (now.person !== null) return false
    const isRemnant = now.fields !== null && ended.fields !== null && now.fields < ended.fields
    return hasShared || isRemnant
  }
  if (now.createdAt !== null && ended.createdAt !== null && now.createdAt > ended.createdAt) return false
  return ended.uniques.length === 0 || hasShared
}

/** The values themselves; bounded in number and in how far it looks. */
function findUniques(tree: unknown, principal: string | null): string[] {
  const nonces: string[] = []
  const others: string[] = []
  let nodes = 0

  function look(value: unknown, name: string, isNonce: boolean): void {
    if (++nodes > mostNodes) return
    if (typeof value === 'string') {
      if (isNonce && value.length >= 8) nonces.push(value)
      else if (isOwn(value, name)) others.push(value)
    } else if (isLeaf(value)) look(value.text, name, isNonce)
    else if (Array.isArray(value)) for (const item of value) look(item, name, isNonce)
    else if (typeof value === 'object' && value !== null) {
      for (const [own, item] of Object.entries(value)) look(item, own, isNonce || namingOf(own).isNonce)
    }
  }

  function isOwn(value: string, name: string): boolean {
    if (value === principal || !random.test(value) || date.test(value)) return false
    return !namingOf(name).isLasting
  }

  look(tree, '', false)
  return [...new Set(nonces.length > 0 ? nonces : others)].slice(0, mostUniques)
}

type Naming = { isNonce: boolean; isLasting: boolean }

/** What names say; of an application's sessions they are few and always the same. */
const namings = new Map<string, Naming>()
const mostNamings = 2000

function namingOf(name: string): Naming {
  const known = namings.get(name)
  if (known !== undefined) return known
  const words = wordsOf(name)
  const naming = {
    isNonce: nonceNames.has(name) || words.some((word) => nonceWords.has(word)),
    isLasting: words.some((word) => lastingWords.has(word)),
  }
  if (namings.size >= mostNamings) namings.clear()
  namings.set(name, naming)
  return naming
}
