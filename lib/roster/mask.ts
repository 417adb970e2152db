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

const jwtShape = /(?:^|[^\w-])(eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*)/
const bearerShape = /\bbearer\s+[\w.~+/=-]{8,}/i

/** The words of a name: `accessToken`, `access_token` and `ACCESS-TOKEN` are `access`, `token`. Look-alike letters are folded first. */
export function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

export function isSecretName(name: string, more: readonly string[] = []): boolean {
  const words = wordsOf(name)
  return (
    words.some((word, index) => secretWords.has(word) || secretPairs.has(`${word} ${words[index + 1] ?? ''}`)) ||
    more.includes(name.toLowerCase())
  )
}

const masked = { masked: true } as const

/**
 * The same tree with every secret leaf replaced by `{ masked: true }`: leaves under a secret's name, and leaves anywhere that look like a JWT or a bearer
 * credential. An object under such a name stays, its own leaves are judged by their own names; a list under it is masked leaf by leaf.
 * `null` and booleans hide nothing and stay. Depth is what the decoder allowed. Pure.
 */
export function mask(tree: unknown, secretNames: readonly string[] = []): unknown {
  return maskUnder(tree, false, secretNames)
}

function maskUnder(value: unknown, isSecret: boolean, secretNames: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => maskUnder(item, isSecret, secretNames))
  if (typeof value === 'object' && value !== null) {
    const copy: Record<string, unknown> = Object.create(null)
    for (const [name, item] of Object.entries(value)) {
      copy[name] = maskUnder(item, isSecretName(name, secretNames), secretNames)
    }
    return copy
  }
  if (value === null || typeof value === 'boolean' || value === '') return value
  if (isSecret) return masked
  if (typeof value === 'string' && (jwtShape.test(value) || bearerShape.test(value))) return masked
  return value
}
