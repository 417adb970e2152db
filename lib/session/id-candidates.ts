import { createHash } from 'node:crypto'

const longestText = 4096
const headerName = /^(?:set-)?cookie:\s*/i
/** More cookies than a browser sends with one request to any usual application. */
const mostPairs = 16
/** Above what any cookie wraps; a text of nothing but percent signs would be opened a thousand times. */
const mostValues = 64

/**
 * How cookies carry an id, each undone by one function; null where a text has not that shape. A signature is not checked: whoever pastes a cookie need not have the key, and
 * what is found is found by its exact key. Cookies that are sealed (Laravel, hapi's yar, DataProtection, Rails' own jar) cannot be undone without the application's secret.
 */
const openings: ((value: string) => string | null)[] = [
  (value) => percentDecoded(value),
  // express-session: `s:<id>.<signature>`.
  (value) => /^s:(.+)\.[^.]*$/.exec(value)?.[1] ?? null,
  // @fastify/session, better-auth, Flask-Session's signer, express-openid-connect: `<id>.<signature>`.
  (value) => /^(.{8,})\.[\w+/=-]{20,}$/.exec(value)?.[1] ?? null,
  // Adonis: `s:<base64 of {"message":"<id>","purpose":…}>.<signature>`, of which the signatures above are gone.
  (value) => /^\{"message":"([^"\\]+)"/.exec(base64Decoded(value) ?? '')?.[1] ?? null,
  // Spring Session: base64 of the id.
  (value) => /^[\x21-\x7e]{16,}$/.exec(base64Decoded(value) ?? '')?.[0] ?? null,
  // gorilla's securecookie without a block key: base64 of `<time>|<base64 of the id in gob>|<mac>`.
  (value) => {
    const inner = /^\d{1,12}\|([\w-]+=*)\|/.exec(base64Decoded(value) ?? '')?.[1]
    return inner === undefined ? null : (/[A-Z2-7]{52}$/.exec(base64Decoded(inner) ?? '')?.[0] ?? null)
  },
  // oauth2-proxy: `<base64 of v2.<base64 of the whole key>.<secret>>|<time>|<signature>`.
  (value) => {
    const ticket = /^([\w-]+=*)\|\d+\|/.exec(value)?.[1]
    const id = /^v2\.([\w-]+)\./.exec(base64Decoded(ticket ?? '') ?? '')?.[1]
    return id === undefined ? null : base64Decoded(id)
  },
]

/** How stores name the key of an id, each as what stands behind the key's prefix. */
const namings: ((id: string) => string)[] = [
  (id) => Buffer.from(id, 'utf8').toString('latin1'),
  // This repository's store library, and scs with HashTokenInStore.
  (id) => createHash('sha256').update(id).digest('base64url'),
  (id) => hexOf('sha256', id),
  // Rack::Session::SessionId#private_id: Rails, redis-store, redis-session-store, GitLab.
  (id) => `2::${hexOf('sha256', id)}`,
  // yii2-redis: md5 of PHP's JSON of the class and the id.
  (id) => hexOf('md5', JSON.stringify(['yii\\redis\\Session', id])),
  // RedisSessionStateProvider of ASP.NET Framework, whose prefix is `{<application>_`.
  (id) => Buffer.from(`${id}}_SessionStateItemCollection`, 'utf8').toString('latin1'),
  (id) => Buffer.from(`${id}}_Data`, 'utf8').toString('latin1'),
]

/**
 * What a person may have pasted to find a session by its credential, as the texts that can stand after a key's prefix (latin1): a bare id, a whole key, a cookie's value, `name=value`,
 * also percent-encoded, with the cookie's attributes, with the other cookies of the request, or with the name of the header. Cookies that wrap or sign an id are opened as far as that needs no secret.
 * Pure, and bounded in the text; nothing is asked of Redis.
 */
export function idCandidates(text: string): string[] {
  const pasted = text.trim().slice(0, longestText).replace(headerName, '')
  if (pasted === '' || /\s/.test(pasted.replace(/;\s*/g, ';'))) return []
  const values = new Set<string>()
  for (const pair of pasted.split(';').slice(0, mostPairs)) {
    const equals = pair.indexOf('=')
    values.add(pair.trim())
    if (equals > 0) values.add(pair.slice(equals + 1))
  }
  // A set is walked in the order of its growth: what an opening yields is opened in its turn. Each is shorter than what it came from, so this ends.
  for (const value of values) {
    if (values.size >= mostValues) break
    for (const open of openings) {
      const opened = open(value)
      if (opened !== null && opened.length < value.length) values.add(opened)
    }
  }
  values.delete('')
  return [...new Set([...values].flatMap((value) => namings.map((name) => name(value))))]
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** What base64 of either alphabet holds, as UTF-8; null for any other text. */
function base64Decoded(text: string): string | null {
  return /^[\w+/-]{4,}={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('utf8') : null
}

function hexOf(algorithm: 'sha256' | 'md5', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}
