import { holdsCredential } from '@/lib/session/credential'
import { wordsOf } from '@/lib/session/secret-names'
import { isLeaf, type Leaf, typeNameOf, typeOf, wireName } from '@/lib/session/tree'

/** Words that make a name a secret's name, after splitting camel, snake and kebab case: what opens a door, which nobody is ever shown, */
const credentialWords = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'pin',
  'otp',
  'totp',
  'token',
  'tokens',
  'secret',
  'secrets',
  'cookie',
  'authorization',
  'bearer',
  'session',
  'sessionid',
  'sid',
  'jwt',
  'apikey',
  'credential',
  'credentials',
])
/** and what is hidden and opens none by itself: an admin may ask for it. */
const privateWords = new Set([
  'csrf',
  'xsrf',
  'nonce',
  'signature',
  'salt',
  'hash',
  'card',
  'cvv',
  'cvc',
  'ssn',
  'iban',
])
/** Two words that only together name a credential. */
const credentialPairs = new Set(['api key', 'private key', 'access key', 'secret key', 'session id'])

/** Such a word at the end of one that is written together, as in `csrftoken` and `PHPSESSID`. */
const joined = /(?:password|passwd|secret|token|cookie|sessid|sessionid|(?:api|access|private|secret)key)$/

/** A secret's name and its value within a text: of a query, of a header, of JSON that was put into a string. */
const pair =
  /(?:password|passwd|passphrase|secret|token|[cx]srf|cookie|authorization|session|sess_?id|api[_-]?key|credential|signature|(?<![a-z])(?:pwd|sid|otp|jwt))[\w-]{0,20}["']?\s*(?:[=:]|%3d)\s*["']?[^\s"'&;,]{4,}/i
/** A user and a password in an address. */
const userInfo = /:\/\/[^\s/:@]*:[^\s/@]+@/

/** What has a longer name is hidden: to take such a one apart costs more than it tells. */
const longestName = 1024

/** What a name says of the value under it. `private`: hidden, and no credential. */
type Secrecy = 'open' | 'private' | 'credential'

/** Names that a format or the settings call secret may name a credential: nobody here can tell. */
function secrecyOf(name: string, more: readonly string[] = []): Secrecy {
  if (name.length > longestName) return 'credential'
  const words = wordsOf(name)
  const isCredential = (word: string, index: number) =>
    isAmong(credentialWords, word) ||
    joined.test(stemOf(word)) ||
    credentialPairs.has(`${word} ${words[index + 1] ?? ''}`)
  if (words.some(isCredential) || more.includes(name.toLowerCase())) return 'credential'
  return words.some((word) => isAmong(privateWords, word)) ? 'private' : 'open'
}

function isAmong(known: ReadonlySet<string>, word: string): boolean {
  return known.has(word) || known.has(stemOf(word))
}

/** `password2` and `cookies` are as secret as the word without its end. */
function stemOf(word: string): string {
  return word.replace(/\d+$/, '').replace(/s$/, '')
}

const masked = { masked: true } as const
const isHex = /^(?:[\da-f]{2})+$/

/** `secretNames`: further names, lower case, whose leaves are secrets. `sessionId`: the session's own, hidden wherever it stands. */
export type MaskOptions = { secretNames?: readonly string[]; sessionId?: string | null }

/** Enough for any payload that a person reads; what is hidden beyond stays hidden. */
const mostRevealable = 1000
/** Where a value stands: its name on the wire, and that around it. */
type Place = { name: string; around: Place | null }

/**
 * A payload as it may leave the server, and what of the hidden an admin may ask for: hidden by its name alone, which is no credential's, by its JSON pointer in the masked payload.
 * A credential is in neither, nor anything that holds one or the session's own id.
 */
export type MaskedTree = { payload: unknown; revealable: ReadonlyMap<string, unknown> }

/**
 * The same tree with every secret leaf replaced by `{ masked: true }`: leaves under a secret's name, and leaves anywhere that hold a credential, the session's own id or a
 * secret's name with its value. An object under such a name stays, its own leaves are judged by their own names; a list under it is masked leaf by leaf. A name that is
 * itself a credential is replaced by its number. Types become the names `#type` and `#value`, see `session/tree.ts`. `null` and booleans hide nothing and stay. Depth is what the decoder allowed. Pure.
 */
export function maskTree(tree: unknown, { secretNames = [], sessionId = null }: MaskOptions = {}): MaskedTree {
  const revealable = new Map<string, unknown>()
  const opens = (text: string) => holdsCredential(text) || (sessionId !== null && text.includes(sessionId))

  function maskUnder(value: unknown, secrecy: Secrecy, place: Place | null): unknown {
    if (Array.isArray(value)) {
      return value.map((item, index) => maskUnder(item, secrecy, { name: String(index), around: place }))
    }
    if (isLeaf(value)) return maskLeaf(value, secrecy, place)
    if (typeof value === 'object' && value !== null) {
      const copy: Record<string, unknown> = Object.create(null)
      const type = typeNameOf(value)
      if (type !== null) copy['#type'] = opens(type) ? 'masked type' : type
      for (const [index, [name, item]] of Object.entries(value).entries()) {
        const shown = opens(name) ? `masked name ${index + 1}` : wireName(name)
        copy[shown] = maskUnder(item, secrecyOf(name, secretNames), { name: shown, around: place })
      }
      return copy
    }
    if (value === null || typeof value === 'boolean' || value === '') return value
    return judge(value, typeof value === 'string' && isTelling(value), secrecy, place)
  }

  /** Bytes are judged by what they say as text, too. */
  function maskLeaf(found: Leaf, secrecy: Secrecy, place: Place | null): unknown {
    const { text } = found
    const tells = isTelling(text) || (isHex.test(text) && isTelling(Buffer.from(text, 'hex').toString('latin1')))
    return judge({ '#type': found[typeOf], '#value': text }, tells, secrecy, place)
  }

  function judge(shown: unknown, tells: boolean, secrecy: Secrecy, place: Place | null): unknown {
    if (secrecy === 'open' && !tells) return shown
    if (secrecy === 'private' && !tells && revealable.size < mostRevealable) {
      const text = String(typeof shown === 'object' && shown !== null ? Reflect.get(shown, '#value') : shown)
      if (!dressesOf(text).some(isTelling)) revealable.set(pointerTo(place), shown)
    }
    return masked
  }

  const isTelling = (text: string) => opens(text) || pair.test(text) || userInfo.test(text)
  return { payload: maskUnder(tree, 'open', null), revealable }
}

export function mask(tree: unknown, options: MaskOptions = {}): unknown {
  return maskTree(tree, options).payload
}

/** What a text would be without the usual wrappings: a credential may wear one. */
function dressesOf(text: string): string[] {
  const reversed = [...text].reverse().join('')
  const plain = text.replace(/%([\da-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
  return [reversed, plain, Buffer.from(text, 'base64').toString('latin1'), Buffer.from(text, 'hex').toString('latin1')]
}

function pointerTo(place: Place | null): string {
  if (place === null) return ''
  return `${pointerTo(place.around)}/${place.name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
