import { holdsCredential } from '@/lib/session/credential'
import { wordsOf } from '@/lib/session/secret-names'
import { isLeaf, type Leaf, typeNameOf, typeOf, wireName } from '@/lib/session/tree'

/** Words that make a name a secret's name, after splitting camel, snake and kebab case. */
const secretWords = new Set([
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
  'csrf',
  'xsrf',
  'nonce',
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
  'signature',
  'salt',
  'hash',
  'card',
  'cvv',
  'cvc',
  'ssn',
  'iban',
])
/** Two words that only together name a secret. */
const secretPairs = new Set([
  'api key',
  'private key',
  'access key',
  'secret key',
  'session id',
  'card number',
  'credit card',
])

/** Such a word at the end of one that is written together, as in `csrftoken` and `PHPSESSID`. */
const joined = /(?:password|passwd|secret|token|cookie|sessid|sessionid|(?:api|access|private|secret)key)$/

/** A secret's name and its value within a text: of a query, of a header, of JSON that was put into a string. */
const pair =
  /(?:password|passwd|passphrase|secret|token|[cx]srf|cookie|authorization|session|sess_?id|api[_-]?key|credential|signature|(?<![a-z])(?:pwd|sid|otp|jwt))[\w-]{0,20}["']?\s*(?:[=:]|%3d)\s*["']?[^\s"'&;,]{4,}/i
/** A user and a password in an address. */
const userInfo = /:\/\/[^\s/:@]*:[^\s/@]+@/

function isSecretName(name: string, more: readonly string[] = []): boolean {
  const words = wordsOf(name)
  return (
    words.some((word, index) => isSecretWord(word) || secretPairs.has(`${word} ${words[index + 1] ?? ''}`)) ||
    more.includes(name.toLowerCase())
  )
}

/** `password2` and `cookies` are as secret as the word without its end. */
function isSecretWord(word: string): boolean {
  const stem = word.replace(/\d+$/, '').replace(/s$/, '')
  return secretWords.has(word) || secretWords.has(stem) || joined.test(stem)
}

const masked = { masked: true } as const
const isHex = /^(?:[\da-f]{2})+$/

/** `secretNames`: further names, lower case, whose leaves are secrets. `sessionId`: the session's own, hidden wherever it stands. */
export type MaskOptions = { secretNames?: readonly string[]; sessionId?: string | null }

/**
 * The same tree with every secret leaf replaced by `{ masked: true }`: leaves under a secret's name, and leaves anywhere that hold a credential, the session's own id or a
 * secret's name with its value. An object under such a name stays, its own leaves are judged by their own names; a list under it is masked leaf by leaf. A name that is
 * itself a credential is replaced by its number. Types become the names `#type` and `#value`, see `session/tree.ts`. `null` and booleans hide nothing and stay. Depth is what the decoder allowed. Pure.
 */
export function mask(tree: unknown, { secretNames = [], sessionId = null }: MaskOptions = {}): unknown {
  const opens = (text: string) => holdsCredential(text) || (sessionId !== null && text.includes(sessionId))

  function maskUnder(value: unknown, isSecret: boolean): unknown {
    if (Array.isArray(value)) return value.map((item) => maskUnder(item, isSecret))
    if (isLeaf(value)) return maskLeaf(value, isSecret)
    if (typeof value === 'object' && value !== null) {
      const copy: Record<string, unknown> = Object.create(null)
      const type = typeNameOf(value)
      if (type !== null) copy['#type'] = opens(type) ? 'masked type' : type
      for (const [index, [name, item]] of Object.entries(value).entries()) {
        copy[opens(name) ? `masked name ${index + 1}` : wireName(name)] = maskUnder(
          item,
          isSecretName(name, secretNames),
        )
      }
      return copy
    }
    if (value === null || typeof value === 'boolean' || value === '') return value
    return isSecret || (typeof value === 'string' && isTelling(value)) ? masked : value
  }

  /** Bytes are judged by what they say as text, too. */
  function maskLeaf(found: Leaf, isSecret: boolean): unknown {
    const { text } = found
    const isHidden =
      isSecret || isTelling(text) || (isHex.test(text) && isTelling(Buffer.from(text, 'hex').toString('latin1')))
    return isHidden ? masked : { '#type': found[typeOf], '#value': text }
  }

  const isTelling = (text: string) => opens(text) || pair.test(text) || userInfo.test(text)
  return maskUnder(tree, false)
}
