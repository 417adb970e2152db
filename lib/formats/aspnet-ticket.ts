import { isTime } from '@/lib/session/lifetime'
import type { StoredValue } from '@/lib/session/raw'
import { type Branch, branch } from '@/lib/session/tree'
import { absoluteField, type CacheEntry, readCacheEntry, slidingField } from './distributed-cache'
import { readTicket, type Ticket } from './dotnet-ticket'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { encodingsOf } from './text'

/**
 * What ASP.NET Core's cookie authentication keeps with an `ITicketStore` over the distributed cache: who somebody is, as claims, and until when. The middleware obeys `.expires` inside and
 * writes it anew when half the time is over. Behind DataProtection it is sealed. Sources: aspnetcore `Security/Authentication/Core/src/{TicketSerializer,PropertiesSerializer}.cs`,
 * `Cookies/src/CookieAuthenticationHandler.cs`.
 */
export const aspnetTicket: SessionFormat = {
  id: 'aspnet-ticket',
  label: 'ASP.NET Core tickets',
  usualKeys: [/^((?:.*[:_.-])?AuthSessionStore-)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/],
  companionKeys: null,

  recognises({ value, key }) {
    const entry = readCacheEntry(value)
    if (entry === null) return false
    return isSealed(entry) ? key.includes('AuthSessionStore-') : isTicket(entry)
  },

  decode({ value, now }) {
    const read = readEntry(value)
    if ('reason' in read) return { unreadable: `It ${read.reason}.` }
    const { ticket } = read
    const { claims, properties } = ticket
    const expiresAt = timeOf(properties['.expires'])
    return {
      facts: {
        ...findFacts(usual(claims), now),
        createdAt: timeOf(properties['.issued']),
        lastSeenAt: null,
        expiresAt,
      },
      tree: ticket.tree,
      encodings: encodingsOf('asp.net ticket 5', ticket),
    }
  },

  extend({ value, now }, untilAt) {
    const read = readEntry(value)
    if ('reason' in read || read.ticket.isCut || value.isTruncated) return null
    const { entry, ticket } = read
    const ticketEndsAt = timeOf(ticket.properties['.expires'])
    // It is written in whole seconds, always in as many characters.
    const wholeAt = Math.floor(untilAt / 1000) * 1000
    const fields: [Buffer, Buffer][] = []
    if (ticketEndsAt !== null && ticketEndsAt < wholeAt) {
      const text = Buffer.from(new Date(wholeAt).toUTCString())
      fields.push([Buffer.from('data'), replaced(entry.data, ticket.expiresOffset, text)])
    }
    if (entry.absoluteEndsAt !== null && entry.absoluteEndsAt < wholeAt) fields.push(absoluteField(wholeAt))
    const slidingMs = Math.ceil(wholeAt - now)
    if (entry.slidingMs !== null && entry.slidingMs < slidingMs) fields.push(slidingField(slidingMs))
    return {
      rewrite: fields.length === 0 ? null : { type: 'hash', fields },
      expiresAt: ticketEndsAt === null ? untilAt : wholeAt,
      notReached: ['browser-cookie'],
    }
  },

  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
  secretNames: ['.token.access_token', '.token.refresh_token', '.token.id_token', 'bootstrapcontext'],
  expectedSecrets: ['.token.access_token', '.token.refresh_token', '.token.id_token'],
}

/** Fixed names of claims, the stronger first, and the usual names that they stand for. */
const schema = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/'
const claimNames: [usual: string, names: string[]][] = [
  [
    'userId',
    [`${schema}nameidentifier`, 'sub', 'http://schemas.microsoft.com/identity/claims/objectidentifier', 'oid'],
  ],
  ['username', [`${schema}upn`, 'preferred_username']],
  ['name', [`${schema}name`, 'name']],
  ['email', [`${schema}emailaddress`, 'email']],
]
const dataProtection = Buffer.from('09f0c9f0', 'hex')
const fifthVersion = Buffer.from('05000000', 'hex')

const isSealed = ({ data }: CacheEntry) => data.subarray(0, 4).equals(dataProtection)

/** The version, then the scheme's name in a length that fits. */
function isTicket({ data }: CacheEntry): boolean {
  const length = data[4] ?? 0
  return data.subarray(0, 4).equals(fifthVersion) && length > 0 && length < 128 && data.length > 5 + length
}

function readEntry(value: StoredValue): { entry: CacheEntry; ticket: Ticket } | { reason: string } {
  const entry = readCacheEntry(value)
  if (entry === null) return { reason: 'is no entry of the distributed cache of .NET' }
  if (isSealed(entry)) return { reason: 'is sealed by DataProtection, so whose it is cannot be told' }
  if (!isTicket(entry)) return { reason: 'is an entry of the distributed cache, but no ticket' }
  const ticket = readTicket(entry.data)
  if (ticket === null || (ticket.isCut && !value.isTruncated)) return { reason: 'is a ticket that is not whole' }
  return { entry, ticket }
}

/** The first claim of each kind under its usual name. */
function usual(claims: Branch): Branch {
  const tree = branch()
  for (const [name, sources] of claimNames) {
    for (const source of sources) tree[name] ??= textOf(first(claims[source])) ?? undefined
  }
  return tree
}

const first = (claim: unknown): unknown => (Array.isArray(claim) ? claim[0] : claim)

const rfc1123 = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

function timeOf(property: unknown): number | null {
  const at = typeof property === 'string' && rfc1123.test(property) ? Date.parse(property) : null
  return isTime(at) ? at : null
}

function replaced(data: Buffer, at: number, text: Buffer): Buffer {
  const copy = Buffer.from(data)
  text.copy(copy, at)
  return copy
}
