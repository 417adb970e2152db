import { holdsCredential } from './credential'
import { wordsOf } from './secret-names'
import { isLeaf } from './tree'

/** So many different fields of one payload are named. */
const mostNames = 3
/** A name longer than this, or with a longer number in it, may itself be what must not be shown. */
const longestName = 40
const sayable = /^[\p{L}_$][\p{L}\p{N}_$.:-]*$/u
const longNumber = /\d{5}/
const unnamed = 'a field whose name is not shown'
/** So many names of fields are remembered with what they stand for: applications have few, and the same in every session. */
const mostKnown = 4096

/** `by-design`: the whole value belongs into a session. */
type Kind = 'password' | 'token' | 'code' | 'by-design'

/** What a name, by its last word, says of its value. */
const kinds: Record<Exclude<Kind, 'by-design'>, RegExp> = {
  password: /^(?:\w*password|\w*passwd|passphrase|pwd)$/,
  token: /^(?:\w*tokens?|\w*secrets?|jwt|(?:api|private|secret|access)key|bearer|authorization|credentials?)$/,
  code: /^(?:cvv2?|cvc2?)$/,
}
const keyOwners = new Set(['api', 'private', 'secret', 'access', 'encryption', 'signing'])
/** Behind the word that counts these change nothing: `passwordConfirmation`, `password2`. */
const trailing = new Set(['confirmation', 'confirm', 'plain', 'plaintext', 'value', 'raw'])
/** A CSRF token and a nonce, and what a framework keeps around one. */
const byDesign = /[cx]srf|nonce/i
/** A password that was hashed does not stand there in clear. */
const hashed =
  /^(?:\$(?:2[abxy]?|5|6|y|argon2\w{1,2}|scrypt)\$|(?:pbkdf2|bcrypt|argon2|scrypt)\w{0,12}[$:]|\{[\w-]{3,20}\}.{20})/i

/** What well-known services put before their keys. */
const keyShape = /^(?:sk_live_|rk_live_|sk-|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AIza|SG\.)[\w.-]{16,}/
const privateKey = /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/
const userInfo = /^[a-z][a-z\d+.-]{1,20}:\/\/[^\s/:@]*:[^\s/@]{3,}@/i
/** How a bearer credential and a signed session id begin; within a longer text they are left to the mask. */
const bearerOrSigned = /^(?:bearer\s|s(?::|%3a))/i
/** The first letters of those shapes that stand at the beginning. */
const beginnings = new Set([...'bBsSrAgx'].map((letter) => letter.charCodeAt(0)))
const cardShape = /^[3-6](?:[ -]?\d){12,15}$/
/** Left in place of a secret that was taken out before it was stored. */
const blanked = /^(?:[*•x.-]+|\[[\w ]+\])$/i

const known = new Map<string, Kind | null>()

/**
 * Under which names a payload holds what must not stand there in clear: passwords, tokens and keys by the name of their field, credentials, private keys, card numbers and addresses
 * with a password by their shape. At most three, in one text; null: none. Never a value, nor a name that may be one. `expected`: names, lower case, that the format itself needs.
 * Cost: a look-up a name and a look at the beginning of each text.
 */
export function findSecretNames(tree: unknown, expected: readonly string[] = []): string | null {
  let found: string[] | null = null

  function look(value: unknown, name: string, kind: Kind | null): void {
    if (typeof value === 'string' || typeof value === 'number') {
      if (isSecret(value, kind)) {
        const said = sayName(name)
        found ??= []
        if (found.length < mostNames && !found.includes(said)) found.push(said)
      }
    } else if (Array.isArray(value)) {
      for (const item of value) look(item, name, kind)
    } else if (isLeaf(value)) {
      look(value.text, name, kind)
    } else if (typeof value === 'object' && value !== null) {
      for (const own of Object.keys(value)) {
        // Every key of an object leads to something; what it is is asked above.
        const item = (value as Record<string, unknown>)[own]
        if (typeof item === 'boolean' || item === null) continue
        if (expected.length > 0 && expected.includes(own.toLowerCase())) continue
        const ownKind = kindOf(own)
        if (ownKind !== 'by-design') look(item, own, ownKind)
      }
    }
  }

  look(tree, '', null)
  // Only `look` sets it, which the compiler does not follow.
  return (found as string[] | null)?.join(', ') ?? null
}

function isSecret(value: string | number, kind: Kind | null): boolean {
  if (typeof value === 'number') return kind === 'code' ? value > 99 && value < 10_000 : isCard(value)
  const { length } = value
  if (kind === 'password') return length >= 4 && !blanked.test(value) && !hashed.test(value)
  if (kind === 'token') return length >= 12 && !blanked.test(value)
  if (kind === 'code') return /^\d{3,4}$/.test(value)
  if (length < 13) return false
  return hasSecretShape(value)
}

/** Within a text, one of these stands in each shape that may stand anywhere. */
const anywhere = /:\/\/|eyJ|-----BEGIN /

/** Each shape has a few letters that are cheaper to look for than itself: most texts have none of them. */
function hasSecretShape(text: string): boolean {
  const first = text.charCodeAt(0)
  if (first >= 0x33 && first <= 0x36 && text.length <= 19) return isCard(text)
  const mayBegin = beginnings.has(first)
  if (!mayBegin && !anywhere.test(text)) return false
  if (mayBegin && keyShape.test(text)) return true
  if (text.includes('://') && userInfo.test(text)) return true
  if (text.includes('-----BEGIN ') && privateKey.test(text)) return true
  const mayHoldCredential = text.includes('eyJ') || (mayBegin && bearerOrSigned.test(text))
  return mayHoldCredential && holdsCredential(text)
}

/** A number that a card may have: begins as one, has the length of one, and its check digit is right. */
function isCard(value: string | number): boolean {
  if (typeof value === 'number' && (value < 3e12 || value >= 7e15 || !Number.isInteger(value))) return false
  const text = String(value)
  if (!cardShape.test(text)) return false
  const digits = text.replace(/[ -]/g, '')
  const isIssued =
    /^4(?:\d{12}|\d{15})$/.test(digits) ||
    /^5[1-5]\d{14}$/.test(digits) ||
    /^3[47]\d{13}$/.test(digits) ||
    /^35\d{14}$/.test(digits) ||
    /^6(?:011|5)\d{12,14}$/.test(digits)
  return isIssued && hasCheckDigit(digits)
}

/** Luhn. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

function kindOf(name: string): Kind | null {
  const remembered = known.get(name)
  if (remembered !== undefined) return remembered
  const kind = name.length > 200 ? null : judge(name)
  if (known.size >= mostKnown) known.clear()
  known.set(name, kind)
  return kind
}

function judge(name: string): Kind | null {
  if (byDesign.test(name)) return 'by-design'
  const words = wordsOf(name)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '')
  while (words.length > 1 && trailing.has(words.at(-1) ?? '')) words.pop()
  const last = words.at(-1) ?? ''
  if ((last === 'key' || last === 'keys') && keyOwners.has(words.at(-2) ?? '')) return 'token'
  return (Object.keys(kinds) as (keyof typeof kinds)[]).find((kind) => kinds[kind].test(last)) ?? null
}

/** A name as it may be shown. What an application makes at run time, such as a number or an address, is not repeated. */
function sayName(name: string): string {
  return name.length <= longestName && sayable.test(name) && !longNumber.test(name) && !hasSecretShape(name)
    ? name
    : unnamed
}
