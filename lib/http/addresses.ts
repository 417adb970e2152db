import { isIP } from 'node:net'
import type { Role } from '@/lib/contract/login'
import { KnownError } from '@/lib/errors'
import { wordsOf } from '@/lib/session/secret-names'
import type { Settings } from '@/lib/settings.mjs'

type Hiding = Pick<Settings, 'hidesAddressesFrom'>

/** What stands where an address was. */
const hidden = 'hidden'

/** Whether whoever has this role is shown no address of anybody. */
export function hidesAddresses({ hidesAddressesFrom }: Hiding, role: Role): boolean {
  return hidesAddressesFrom.includes(role)
}

/**
 * What such a role may ask, out of what was asked: words are looked for everywhere but in addresses, for whoever can search by them can read them. Throws `forbidden` where an
 * address is all that is asked by. It looks at every input alike, so that no call is forgotten. Pure.
 */
export function askWithoutAddresses<T>(input: T): T {
  if (typeof input !== 'object' || input === null) return input
  const asked: Record<string, unknown> = Object.fromEntries(Object.entries(input))
  if (asked.ip !== undefined || asked.sort === 'ip') {
    throw new KnownError('forbidden', 'Addresses are hidden from your role, so nothing is found or sorted by them.')
  }
  if (asked.q !== undefined || asked.words !== undefined) asked.noAddress = true
  if (asked.filter !== undefined) asked.filter = askWithoutAddresses(asked.filter)
  // The same object but for a name that every filter knows.
  return asked as T
}

/**
 * A value as such a role may see it: whatever reads as an address, in names too, and whatever stands under a name that says so, is `hidden`. It hides more than it must, a
 * version such as 120.0.0.0, and never less for where it stands. Pure; a pass over the value.
 */
export function hideAddresses(value: unknown): unknown {
  return hide(value, false)
}

function hide(value: unknown, isNamed: boolean): unknown {
  if (typeof value === 'string') return isNamed && value !== '' ? hidden : hideIn(value)
  if (typeof value === 'number') return isNamed ? hidden : value
  if (Array.isArray(value)) return value.map((item) => hide(item, isNamed))
  if (typeof value !== 'object' || value === null) return value
  const copy = new Map<string, unknown>()
  for (const [name, item] of Object.entries(value)) {
    // What a value is, such as bytes, is no part of it.
    const isType = name === '#type'
    copy.set(freeName(copy, hideIn(name)), isType ? item : hide(item, isNamed || isAddressName(name)))
  }
  // A plain object, as pages take it; `__proto__` is a name in it like any other.
  return Object.fromEntries(copy)
}

/** Two names that differed by an address only are still two. */
function freeName(taken: ReadonlyMap<string, unknown>, name: string): string {
  if (!taken.has(name)) return name
  let number = 2
  while (taken.has(`${name} ${number}`)) number += 1
  return `${name} ${number}`
}

const version4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)/g
const version6 = /(?<![\w:.])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])/gi

/** A text without its addresses. Pure. */
export function hideIn(text: string): string {
  const hideOne = (found: string) => (isIP(found) > 0 ? hidden : found)
  // The longer ones first: an IPv6 address may end in an IPv4 one.
  const rest = text.includes(':') ? text.replace(version6, hideOne) : text
  return rest.includes('.') ? rest.replace(version4, hideOne) : rest
}

const addressWords = new Set(['ip', 'ips', 'ipv4', 'ipv6', 'ipaddr', 'ipaddress'])
const addressNames = /(?:remote|client|peer|user|real|last|login|source)(?:ip|addr(?:ess)?)$|forwardedfor$/

function isAddressName(name: string): boolean {
  const words = wordsOf(name)
  return words.some((word) => addressWords.has(word)) || addressNames.test(words.join(''))
}

/** An answer without addresses: JSON as a whole, other text line by line as it goes out. */
export async function answerWithoutAddresses(answer: Response): Promise<Response> {
  if (answer.body === null) return answer
  const { status, headers } = answer
  if (/json/.test(headers.get('content-type') ?? '') && !headers.has('content-disposition')) {
    return new Response(JSON.stringify(hideAddresses(await answer.json())), { status, headers })
  }
  return new Response(answer.body.pipeThrough(lineByLine()), { status, headers })
}

function lineByLine(): TransformStream<Uint8Array, Uint8Array> {
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()]
  let rest = ''
  return new TransformStream({
    transform(chunk, sink) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (lines.length > 0) sink.enqueue(encoder.encode(`${hideIn(lines.join('\n'))}\n`))
    },
    flush(sink) {
      sink.enqueue(encoder.encode(hideIn(rest + decoder.decode())))
    },
  })
}
