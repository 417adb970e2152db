import { isTime } from '@/lib/session/lifetime'
import type { CompanionWrite, Decoded, Facts } from '@/lib/session/plan'
import { fieldOf, type RawSession } from '@/lib/session/raw'
import { type Branch, branch, bytesLeaf, isLeaf } from '@/lib/session/tree'
import { findFacts, textOf } from './facts'
import type { SessionFormat } from './format'
import { readJava } from './java'
import { isObject, own, readJson } from './json'

const attribute = 'sessionAttr:'
const context = `${attribute}SPRING_SECURITY_CONTEXT`
const savedRequest = `${attribute}SPRING_SECURITY_SAVED_REQUEST`
const indexName = 'org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME'
/** How long an invalidated hash lies, as Spring's own repository lets it. */
const invalidatedMs = 300_000
/** The indexed repositories keep the hash so much longer than the session. */
const graceMs = 300_000
const minuteMs = 60_000
const longestSeconds = 2 ** 31 - 1

/**
 * Spring Session on Redis: a hash of `creationTime`, `lastAccessedTime`, `maxInactiveInterval` and `sessionAttr:<name>`, each serialized alone, by Java or as JSON. The session ends at its last access plus its
 * interval, whatever the key's TTL. The indexed repositories keep a marker, an expiry bucket or sorted set, and an index by person beside it.
 *
 * A request under way saves only what changed, so a removed hash comes back half written and the browser is stuck with an error. Spring itself sets the interval to nought and lets the hash lie for five
 * minutes; so does a revoke here. The interval is the session's own and kept by later requests, so an extension raises it. Source: spring-session 2.7 to 4.1 (`RedisSessionRepository`,
 * `RedisIndexedSessionRepository`, `ReactiveRedisIndexedSessionRepository`, `RedisSessionMapper`); fixtures are real Java streams over stand-in classes.
 */
export const springSession: SessionFormat = {
  id: 'spring-session',
  label: 'Spring Session',
  usualKeys: [/^((?:[\w-]+:)*?spring:session:sessions:)(?!expires:|index:)[\da-f]{8}-[\da-f-]{27}$/],
  companionKeys:
    /:sessions:expires:|:sessions:expirations$|:sessions:index:|:expirations:\d+$|:index:org\.springframework\.session\.|:sessions:[\da-f-]{36}:idx$/,

  recognises({ value }) {
    if (value.type !== 'hash') return false
    const has = (name: string) => fieldOf(value, name) !== null
    return has('lastAccessedTime')
      ? has('creationTime') || has('maxInactiveInterval') || hasAttribute(value.fields)
      : has('creationTime') && has('maxInactiveInterval')
  },

  decode(raw): Decoded {
    const { value } = raw
    if (value.type !== 'hash') return { unreadable: 'It is no hash, as sessions of Spring are.' }
    if (fieldOf(value, 'creationTime') === null)
      return { noSession: 'It is what a late write left of a session that was removed.' }
    const tree = branch()
    for (const [name, bytes] of value.fields) tree[name.toString('utf8')] = attributeOf(bytes)
    const createdAt = wholeNumber(tree.creationTime)
    const lastSeenAt = wholeNumber(tree.lastAccessedTime)
    if (!isTime(createdAt))
      return { unreadable: 'It is a session of Spring whose times are written in a way that is not known.' }
    const seen = isTime(lastSeenAt) ? lastSeenAt : null
    const expiresAt = endOf(seen, wholeNumber(tree.maxInactiveInterval))
    return {
      facts: { ...factsOf(tree, raw.now), createdAt, lastSeenAt: seen, expiresAt },
      tree,
      encodings: [
        'hash',
        isJava(fieldOf(value, 'creationTime')) ? 'Java serialization' : 'json',
        ...(value.isTruncated ? ['only its beginning is read'] : []),
      ],
    }
  },

  end(raw) {
    const interval = fieldOf(raw.value, 'maxInactiveInterval')
    if (interval === null) return { invalidation: null, companions: companionsOf(raw, null) }
    const fields: [Buffer, Buffer][] = [[Buffer.from('maxInactiveInterval'), intervalLike(interval, 0)]]
    return { invalidation: { fields, forMs: invalidatedMs }, companions: companionsOf(raw, null) }
  },

  extend(raw, untilAt) {
    const interval = fieldOf(raw.value, 'maxInactiveInterval')
    const seenAt = numberIn(fieldOf(raw.value, 'lastAccessedTime'))
    const seconds = numberIn(interval)
    if (raw.value.isTruncated || interval === null || seconds === null || !isTime(seenAt)) return null
    const endsAt = endOf(seenAt, seconds)
    const isIndexed = endsAt !== null && raw.redisExpiresAt !== null && raw.redisExpiresAt - endsAt > graceMs / 2
    const needed = Math.min(longestSeconds, Math.ceil((untilAt - seenAt) / 1000))
    const expiresAt = Math.min(untilAt, seenAt + longestSeconds * 1000)
    const done = {
      expiresAt,
      keyExpiresAt: isIndexed ? expiresAt + graceMs : expiresAt,
      notReached: ['browser-cookie' as const],
    }
    if (seconds < 0 || seconds >= needed) return { rewrite: null, ...done }
    return {
      rewrite: { type: 'hash', fields: [[Buffer.from('maxInactiveInterval'), intervalLike(interval, needed)]] },
      ...done,
      companions: isIndexed ? companionsOf(raw, expiresAt) : [],
    }
  },

  notReached: { extend: ['browser-cookie'], revoke: ['open-sockets', 'remember-me'] },
  secretNames: ['credentials'],
}

function hasAttribute(fields: [Buffer, Buffer][]): boolean {
  return fields.some(([name]) => name.toString('latin1', 0, attribute.length) === attribute)
}

/** Null: it never ends by itself. An interval of nought: it has ended. */
function endOf(lastSeenAt: number | null, seconds: number | null): number | null {
  if (lastSeenAt === null || seconds === null || seconds < 0) return null
  const endsAt = lastSeenAt + seconds * 1000
  return isTime(endsAt) ? endsAt : null
}

function isJava(bytes: Buffer | null): boolean {
  return bytes !== null && bytes.length > 4 && bytes.readUInt32BE(0) === 0xaced0005
}

/** One attribute: Java's, or JSON with Jackson's names of classes in it, or bytes. */
function attributeOf(bytes: Buffer): unknown {
  if (bytes.length === 0) return null
  if (isJava(bytes)) {
    const read = readJava(bytes)
    return 'tree' in read ? read.tree : bytesLeaf(bytes)
  }
  const read = readJson(bytes.toString('utf8'), false)
  return 'tree' in read ? unwrap(read.tree) : bytesLeaf(bytes)
}

/** Jackson writes a number whose class matters as `["java.lang.Long", 42]`. */
function unwrap(value: unknown): unknown {
  return Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    /^java\.lang\.\w+$/.test(value[0])
    ? value[1]
    : value
}

function numberIn(bytes: Buffer | null): number | null {
  return bytes === null ? null : wholeNumber(attributeOf(bytes))
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

/** Written as the one that stands there. A boxed Integer of Java ends with its four bytes, a Long with eight. */
function intervalLike(present: Buffer, seconds: number): Buffer {
  if (!isJava(present)) {
    const text = present.toString('utf8')
    return Buffer.from(text.startsWith('[') ? text.replace(/-?\d+\s*\]$/, `${seconds}]`) : String(seconds))
  }
  const next = Buffer.from(present)
  if (present.includes('java.lang.Long')) next.writeBigInt64BE(BigInt(seconds), next.length - 8)
  else next.writeInt32BE(seconds, next.length - 4)
  return next
}

function factsOf(tree: Branch, now: number): Facts {
  const plain = branch()
  for (const name of Object.keys(tree)) if (name.startsWith(attribute)) plain[name.slice(attribute.length)] = tree[name]
  const facts = findFacts(plain, now)
  const authentication = inner(tree[context], 'authentication')
  const principal = inner(authentication, 'principal')
  const claims = inner(principal, 'attributes') ?? inner(principal, 'claims')
  const key = textOf(inner(principal, 'nameAttributeKey'))
  const named =
    textOf(isLeaf(principal) ? null : principal) ??
    textOf(inner(principal, 'username')) ??
    (key === null ? null : textOf(inner(claims, key)))
  const index = textOf(tree[`${attribute}${indexName}`])
  const person = named ?? textOf(inner(claims, 'sub')) ?? index
  const label = textOf(inner(claims, 'name')) ?? (person === null ? facts.label : null)
  const agent = inner(inner(tree[savedRequest], 'headers'), 'user-agent')
  return {
    ...facts,
    principal: person ?? facts.principal,
    label,
    ip: textOf(inner(inner(authentication, 'details'), 'remoteAddress')) ?? facts.ip,
    userAgent: textOf(Array.isArray(agent) ? agent[0] : agent) ?? facts.userAgent,
  }
}

function inner(value: unknown, name: string): unknown {
  return isObject(value) && !isLeaf(value) ? own(value, name) : undefined
}

/**
 * What stands beside a session in either of the indexed layouts: with `untilAt` it is moved there, without it goes. Which layout it is no hash tells; what is not there is left alone.
 */
function companionsOf(raw: RawSession, untilAt: number | null): CompanionWrite[] {
  const text = raw.key.toString('latin1')
  const at = text.lastIndexOf('sessions:')
  const namespace = at < 0 ? '' : text.slice(0, at)
  const id = at < 0 ? '' : text.slice(at + 'sessions:'.length)
  if (id === '') return []
  const key = (rest: string) => Buffer.concat([Buffer.from(namespace, 'latin1'), Buffer.from(rest, 'utf8')])
  const write = isJava(fieldOf(raw.value, 'creationTime'))
    ? javaText
    : (value: string) => Buffer.from(JSON.stringify(value))
  const member = write(Buffer.from(id, 'latin1').toString('utf8'))
  const endsAt = endOf(
    numberIn(fieldOf(raw.value, 'lastAccessedTime')),
    numberIn(fieldOf(raw.value, 'maxInactiveInterval')),
  )
  const bucket = (time: number) => key(`expirations:${(Math.floor(time / minuteMs) + 1) * minuteMs}`)
  const expires = write(`expires:${id}`)
  const marker = key(`sessions:expires:${id}`)
  const sorted = key('sessions:expirations')
  if (untilAt !== null) {
    return [
      { deed: 'expire', key: marker, untilAt, otherwise: Buffer.alloc(0) },
      ...(endsAt === null
        ? []
        : [
            {
              deed: 'move' as const,
              from: bucket(endsAt),
              key: bucket(untilAt),
              member: expires,
              untilAt: untilAt + graceMs,
            },
          ]),
      { deed: 'score', key: sorted, member, score: untilAt },
    ]
  }
  const decoded = springSession.decode(raw)
  const person = 'facts' in decoded ? decoded.facts.principal : null
  const leave = (index: Buffer, type: 'set' | 'zset', what: Buffer): CompanionWrite => ({
    deed: 'leave',
    key: index,
    type,
    member: what,
  })
  return [
    ...(person === null
      ? []
      : [
          leave(key(`index:${indexName}:${person}`), 'set', member),
          leave(key(`sessions:index:PRINCIPAL_NAME_INDEX_NAME:${person}`), 'set', member),
        ]),
    ...(endsAt === null ? [] : [leave(bucket(endsAt), 'set', expires)]),
    leave(sorted, 'zset', member),
    { deed: 'remove', key: key(`sessions:${id}:idx`) },
    { deed: 'remove', key: marker },
  ]
}

/** A text as Java serializes it alone. */
function javaText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const head = Buffer.from([0xac, 0xed, 0x00, 0x05, 0x74, bytes.length >> 8, bytes.length & 0xff])
  return Buffer.concat([head, bytes])
}
