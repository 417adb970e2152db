import { isIP } from 'node:net'
import type { CustomFormat } from '@/lib/session/custom-format'
import type { CompanionWrite, Facts, Rewrite } from '@/lib/session/plan'
import type { RawSession } from '@/lib/session/raw'
import { isLeaf } from '@/lib/session/tree'
import { type ChainRead, readChain, rewriteBytes } from './custom-encoding'
import { findFacts, textOf, timeOf } from './facts'
import type { SessionFormat } from './format'
import { isObject, own } from './json'
import { maxFactLength } from './limits'

/** For a moment that may lie in the future. */
const anyTime = 8_000_000_000_000_000

/**
 * A format that the settings describe: how its values are written, and where each fact stands in them. What the settings give no path for is looked for under the usual names. Where
 * an end inside the value can be written anew, an extension does so; else it holds until the application's next request. Companions go and last with their session.
 */
export function createCustomFormat(described: CustomFormat): SessionFormat {
  const { id, label, prefix, suffix, companions, encoding, paths, secrets } = described
  const [start, end] = [Buffer.from(prefix), Buffer.from(suffix)]
  const decode = (raw: RawSession) => readChain(raw.value, encoding)

  function companionsOf({ key, rest }: RawSession): Buffer[] {
    const sessionId = isBetween(key, start, end)
      ? key.subarray(start.length, key.length - end.length)
      : Buffer.from(rest, 'latin1')
    return companions.map((template) => {
      const [before = '', after = ''] = template.split('{id}')
      return Buffer.concat([Buffer.from(before), sessionId, Buffer.from(after)])
    })
  }

  const removals = (raw: RawSession) => companionsOf(raw).map((key): CompanionWrite => ({ deed: 'remove', key }))

  return {
    id,
    label,
    usualKeys: [],
    companionKeys: companions.length === 0 ? null : new RegExp(companions.map(patternOf).join('|')),

    ...(suffix === '' ? {} : { keySuffix: suffix }),

    recognises: ({ key }) => isBetween(key, start, end),

    decode(raw) {
      const read = decode(raw)
      if ('reason' in read) return { unreadable: `It ${read.reason}.` }
      const chain = read.isCut ? [...encoding, 'only its beginning is read'] : [...encoding]
      return { facts: factsOf(read.tree, paths, raw.now), tree: read.tree, encodings: chain }
    },

    ...(companions.length === 0 ? {} : { end: (raw) => ({ invalidation: null, companions: removals(raw) }) }),

    extend(raw, untilAt) {
      const rewrite = rewriteEnd(raw, decode(raw), untilAt, { encoding, paths })
      if (rewrite === 'impossible') return null
      const lasting = companionsOf(raw).map(
        (key): CompanionWrite => ({ deed: 'expire', key, untilAt, otherwise: null }),
      )
      const notReached =
        rewrite === 'needless' ? ['app-timeout' as const] : ['app-timeout' as const, 'browser-cookie' as const]
      return {
        rewrite: rewrite === 'needless' ? null : rewrite,
        expiresAt: untilAt,
        ...(lasting.length === 0 ? {} : { companions: lasting }),
        notReached,
      }
    },

    notReached: { extend: ['app-timeout'], revoke: ['in-flight-requests', 'open-sockets'] },
    secretNames: secrets,
  }
}

function factsOf(tree: unknown, paths: CustomFormat['paths'], now: number): Facts {
  const usual = findFacts(tree, now)
  const given = (fact: keyof Facts) => {
    const path = paths[fact]
    return path === undefined ? undefined : valueAt(tree, path)
  }
  const fact = <Name extends keyof Facts>(name: Name, read: (value: unknown) => Facts[Name]): Facts[Name] =>
    paths[name] === undefined ? usual[name] : read(given(name))
  return {
    principal: fact('principal', textOf),
    label: fact('label', textOf),
    createdAt: fact('createdAt', (value) => timeOf(value, now)),
    lastSeenAt: fact('lastSeenAt', (value) => timeOf(value, now)),
    expiresAt: fact('expiresAt', (value) => timeOf(value, anyTime)),
    ip: fact('ip', (value) => {
      const text = textOf(value)
      return text !== null && isIP(text) !== 0 ? text : null
    }),
    userAgent: fact('userAgent', (value) => textOf(value)?.slice(0, maxFactLength) ?? null),
  }
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  let node = tree
  for (const name of path) {
    if (Array.isArray(node)) node = /^\d{1,6}$/.test(name) ? node[Number(name)] : undefined
    else if (isObject(node) && !isLeaf(node)) node = own(node, name)
    else return undefined
  }
  return node
}

type Described = Pick<CustomFormat, 'encoding' | 'paths'>

/** The value with a later end; `needless`: it tells none, or one that is late enough. `impossible`: it tells one that cannot be written anew. */
function rewriteEnd(
  { value }: RawSession,
  read: ChainRead,
  untilAt: number,
  { encoding, paths: { expiresAt: path } }: Described,
): Rewrite | 'needless' | 'impossible' {
  if ('reason' in read || read.isCut) return path === undefined ? 'needless' : 'impossible'
  const old = path === undefined ? undefined : valueAt(read.tree, path)
  const oldAt = timeOf(old, anyTime)
  if (path === undefined || oldAt === null || oldAt >= untilAt) return 'needless'
  const next = sameKind(old, untilAt)
  if (next === null) return 'impossible'
  if (value.type === 'string') {
    const bytes = rewriteBytes(value.bytes, encoding, path, JSON.stringify(next))
    return bytes === null ? 'impossible' : { type: 'string', bytes }
  }
  const [fieldName = '', ...inner] = path
  const field = value.fields.find(([name]) => name.toString('utf8') === fieldName)
  if (field === undefined) return 'impossible'
  const rest = encoding.slice(1)
  const bytes =
    rest.length === 0 ? Buffer.from(String(next)) : rewriteBytes(field[1], rest, inner, JSON.stringify(next))
  return bytes === null ? 'impossible' : { type: 'hash', fields: [[field[0], bytes]] }
}

/** A moment in the way in which the old one was written: seconds, milliseconds, digits or ISO text; never earlier than asked. */
function sameKind(old: unknown, untilAt: number): number | string | null {
  if (typeof old === 'number') return old < 1e11 ? Math.ceil(untilAt / 1000) : Math.ceil(untilAt)
  if (typeof old !== 'string') return null
  if (!/^\d+(\.\d+)?$/.test(old)) return new Date(untilAt).toISOString()
  return String(Number(old) < 1e11 ? Math.ceil(untilAt / 1000) : Math.ceil(untilAt))
}

/** With something between them. */
function isBetween(key: Buffer, start: Buffer, end: Buffer): boolean {
  if (key.length <= start.length + end.length || !key.subarray(0, start.length).equals(start)) return false
  return key.subarray(key.length - end.length).equals(end)
}

/** Whole keys of a template, as latin1. */
function patternOf(template: string): string {
  const [before = '', after = ''] = template.split('{id}').map(literal)
  return `^${before}[^]+${after}$`
}

function literal(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}
