import { addressOf, type Person, userAgents } from './people'
import type { Chance } from './random'

/** A pretend session as its framework would have written it. */
export type Sample = {
  kind: 'connect-redis' | 'json' | 'hash' | 'unreadable'
  key: string
  value: string | Buffer | Record<string, string>
  /** Null: written without an expiry, the mistake that fills Redis up. */
  expiresAt: number | null
  /** How far each visit pushes the end; null where nobody comes back, so it runs out or stays for ever. */
  idleMs: number | null
}

/** Who signed in, null for a passer-by; when they were last here; and what is peculiar about it. */
export type Visit = {
  person: Person | null
  lastSeenAt: number
  idleMs: number
  hasExpiry: boolean
  /** Roughly how much the application piles into the session. */
  ballastBytes: number
}

const minute = 60_000
/** What connect-redis sets where the cookie has no age of its own. */
const defaultTtlMs = 24 * 60 * minute

/** express-session's record in connect-redis: `sess:` and a uid-safe id, the cookie inside, the person where Passport or the application put it. */
export function connectRedisSample(chance: Chance, visit: Visit): Sample {
  const { person, lastSeenAt, idleMs } = visit
  const isBrowserCookie = idleMs === defaultTtlMs && chance.draw() < 0.6
  const expiresAt = lastSeenAt + idleMs
  const seed = person?.id ?? chance.between(1, 9999)
  const value = {
    cookie: {
      originalMaxAge: isBrowserCookie ? null : idleMs,
      expires: isBrowserCookie ? null : new Date(expiresAt).toISOString(),
      secure: true,
      httpOnly: true,
      path: '/',
      sameSite: 'lax',
    },
    ...connectRedisPerson(chance, person),
    ip: addressOf(seed),
    userAgent: chance.pickEarly(userAgents),
    ...(chance.draw() < 0.6 ? { csrfToken: chance.bytes(18).toString('base64url') } : {}),
    ...(person && chance.draw() < 0.2 ? { accessToken: jwt(chance, person, lastSeenAt), apiKey: apiKey(chance) } : {}),
    views: chance.between(1, 60),
    ...(visit.ballastBytes > 0 ? { recentlyViewed: recentlyViewed(chance, visit.ballastBytes) } : {}),
  }
  return {
    kind: 'connect-redis',
    key: `sess:${chance.bytes(24).toString('base64url')}`,
    value: JSON.stringify(value),
    expiresAt: visit.hasExpiry ? expiresAt : null,
    idleMs: visit.hasExpiry ? idleMs : null,
  }
}

/** What hand-written code keeps, after the example that this product grew from: JSON under `session:`. */
export function jsonSample(chance: Chance, visit: Visit): Sample {
  const { person, lastSeenAt, idleMs } = visit
  const seed = person?.id ?? chance.between(1, 9999)
  const value = {
    ...(person
      ? { userId: person.id, name: person.name, ...(chance.draw() < 0.5 ? { email: person.email } : {}) }
      : {}),
    createdAt: new Date(lastSeenAt - chance.between(1, 240) * minute).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    ip: addressOf(seed),
    userAgent: chance.pickEarly(userAgents),
    ...(person && chance.draw() < 0.3 ? { refreshToken: chance.bytes(30).toString('base64url') } : {}),
  }
  return {
    kind: 'json',
    key: `session:${chance.bytes(16).toString('hex')}`,
    value: JSON.stringify(value),
    expiresAt: visit.hasExpiry ? lastSeenAt + idleMs : null,
    idleMs: visit.hasExpiry ? idleMs : null,
  }
}

/** The same people as a plain hash, one field a fact. */
export function hashSample(chance: Chance, visit: Visit): Sample {
  const { person, lastSeenAt, idleMs } = visit
  return {
    kind: 'hash',
    key: `session:${uuid(chance)}`,
    value: {
      ...(person ? { user_id: String(person.id), username: person.name, email: person.email } : { cart: '[]' }),
      created_at: String(lastSeenAt - chance.between(1, 600) * minute),
      ip: addressOf(person?.id ?? chance.between(1, 9999)),
      user_agent: chance.pickEarly(userAgents),
      locale: chance.pick(['en', 'de', 'fr', 'pt-BR', 'ja']),
    },
    expiresAt: visit.hasExpiry ? lastSeenAt + idleMs : null,
    idleMs: visit.hasExpiry ? idleMs : null,
  }
}

/** Three values that cannot be read: a PHP session that ends early, a broken Python pickle, and a cut-off document. */
export function unreadableSamples(chance: Chance, now: number): Sample[] {
  const values = [
    Buffer.from('user_id|i:1029;name|s:5:"Marta";cart|a:2:{i:0;s:6:"lemons";i:1;s:5:"bread";}last_seen|i:17639500'),
    Buffer.from(
      `\x80\x04\x95\x82\0\0\0\0\0\0\0}\x94(\x8c\x0d_auth_user_id\x94\x8c\x041036\x94u.${chance.bytes(96).toString('latin1')}`,
      'latin1',
    ),
    Buffer.from('{"userId":1043,"name":"Bj'),
  ]
  return values.map((value, index) => ({
    kind: 'unreadable',
    key: `session:${chance.bytes(16).toString('hex')}`,
    value,
    expiresAt: now + (20 + 35 * index) * minute,
    idleMs: null,
  }))
}

/** The very line of the document that this product was asked from. */
export function aliceOf(now: number): Sample {
  return {
    kind: 'json',
    key: 'session:abc123',
    value: '{"userId":42,"name":"Alice"}',
    expiresAt: now + 30 * minute,
    idleMs: null,
  }
}

function connectRedisPerson(chance: Chance, person: Person | null): object {
  if (!person) return { cart: [] }
  const dice = chance.draw()
  if (dice < 0.3) return { passport: { user: String(person.id) } }
  if (dice < 0.5) return { passport: { user: { id: person.id, name: person.name } } }
  if (dice < 0.75) return { user: { id: person.id, name: person.name, email: person.email, roles: ['customer'] } }
  return { userId: person.id, user: { email: person.email, name: person.name } }
}

/** A token of the right shape that opens nothing: its signature is chance. */
function jwt(chance: Chance, person: Person, at: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { sub: String(person.id), iss: 'https://login.example.com', iat: Math.floor(at / 1000) }
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${chance.bytes(64).toString('base64url')}`
}

const apiKey = (chance: Chance) => `demo_${chance.bytes(18).toString('hex')}`

function uuid(chance: Chance): string {
  const bytes = chance.bytes(16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** What a shop that caches its pages in the session ends up with. */
function recentlyViewed(chance: Chance, bytes: number): object[] {
  const viewed: object[] = []
  for (let size = 0; size < bytes; ) {
    const product = {
      sku: `CS-${chance.between(1000, 9999)}`,
      title: `${chance.pick(['Sourdough', 'Olive oil', 'Honey', 'Pasta', 'Tea', 'Jam'])}, ${chance.between(1, 12)} pieces`,
      price: chance.between(99, 4999),
      description: 'Freshly from the corner, wrapped in paper, and kept for you until the end of the day.',
    }
    viewed.push(product)
    size += JSON.stringify(product).length + 1
  }
  return viewed
}
