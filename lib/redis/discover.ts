import { setTimeout as wait } from 'node:timers/promises'
import { runAll } from './commands'
import type { Connection } from './connection'
import { guarded } from './errors'
import { primariesOf, scanOnce } from './scan'
import { ownPrefix } from './source'

const mostKeys = 5000
const mostPages = 50
/** So many keys under a prefix are looked at; one of another type than a session's rules the prefix out. */
const keysChecked = 20
const restMs = 2
/** Each source costs a scan of its own and a place in the feed, and whoever writes keys could make up any number of prefixes. */
const mostPrefixes = 20

export type Discovery = { prefix: string; evidence: string; keys: number }

/** Where frameworks put their sessions when nobody chose another place, and what an id looks like there: indexes and locks beside them do not match. */
const wellKnown: readonly { pattern: RegExp; framework: string }[] = [
  { pattern: /^(koa:sess:)[\w-]{16,}$/, framework: 'koa-generic-session' },
  { pattern: /^(spring:session:sessions:)[0-9a-f-]{36}$/, framework: 'Spring Session' },
  { pattern: /^(PHPREDIS_SESSION:)[\w,-]{22,}$/, framework: 'phpredis' },
  { pattern: /^(sf_s)[\w,-]{22,}$/, framework: 'Symfony' },
  { pattern: /^(laravel[\w-]*[_:-])[A-Za-z0-9]{40}$/, framework: 'Laravel' },
  { pattern: /^(starsessions\.)[0-9a-f]{32}$/, framework: 'starsessions' },
  { pattern: /^(scs:session:)[\w-]{43}$/, framework: 'scs' },
  { pattern: /^(better-auth:)[A-Za-z0-9]{32}$/, framework: 'better-auth' },
  { pattern: /^(rack:session:)(?:2::)?[0-9a-f]{32,64}$/, framework: 'Rack' },
  { pattern: /^(authelia-session:?)[\w-]{16,}$/, framework: 'Authelia' },
  { pattern: /^(user:session:)(?!by-user-id:)[\w-]{16,}$/, framework: 'Auth.js' },
  { pattern: /^(:\d+:django\.contrib\.sessions\.cache(?:d_db)?)[a-z0-9]{32}$/, framework: 'Django' },
  { pattern: /^(redisson:tomcat_session:)[\w.-]{16,}$/, framework: 'Redisson for Tomcat' },
  { pattern: /^(ci_session:)[\w:.-]{26,}(?<!:lock)$/, framework: 'CodeIgniter' },
  { pattern: /^(session_)[A-Z2-7]{52}$/, framework: 'redistore' },
]

/**
 * Well-known session prefixes among a bounded sample of the keys (5,000 keys or 50 SCAN pages), beside those already known. A prefix counts only where every
 * key that was looked at is a string or a hash; with those already known they are twenty at most, the fullest first. Finding nothing proves nothing. Cost: at most 50 SCANs with rests between them and one TYPE for twenty keys a prefix.
 */
export async function discoverPrefixes(
  connection: Connection,
  knownPrefixes: string[],
  signal: AbortSignal,
): Promise<Discovery[]> {
  return guarded(async () => {
    const { found, sampled } = await sample(connection, [...knownPrefixes, ownPrefix], signal)
    const discoveries: Discovery[] = []
    for (const [prefix, { keys, framework }] of found) {
      const types = await runAll(
        connection.client,
        keys.slice(0, keysChecked).map((key) => ['TYPE', key]),
      )
      const names = types.map(String).filter((type) => type !== 'none')
      if (names.length === 0 || !names.every((type) => type === 'string' || type === 'hash')) continue
      const evidence = `${keys.length} of ${sampled} sampled keys look like sessions of ${framework} under ${prefix}`
      discoveries.push({ prefix, evidence, keys: keys.length })
    }
    const room = Math.max(0, mostPrefixes - knownPrefixes.length)
    return discoveries.sort((a, b) => b.keys - a.keys).slice(0, room)
  })
}

type Sample = { found: Map<string, { keys: Buffer[]; framework: string }>; sampled: number }

async function sample(connection: Connection, knownPrefixes: string[], signal: AbortSignal): Promise<Sample> {
  const found: Sample['found'] = new Map()
  const nodes = primariesOf(connection)
  let sampled = 0
  for (const node of nodes) {
    let cursor = '0'
    for (let page = 0; page < mostPages / nodes.length && sampled < mostKeys; page += 1) {
      signal.throwIfAborted()
      const [next, keys] = await scanOnce(node, cursor, null)
      for (const key of keys.slice(0, mostKeys - sampled)) {
        sampled += 1
        const text = key.toString('latin1')
        if (knownPrefixes.some((prefix) => text.startsWith(prefix))) continue
        for (const { pattern, framework } of wellKnown) {
          const prefix = pattern.exec(text)?.[1]
          if (prefix === undefined) continue
          const seen = found.get(prefix)
          if (seen) seen.keys.push(key)
          else found.set(prefix, { keys: [key], framework })
        }
      }
      cursor = next
      if (cursor === '0') break
      await wait(restMs, undefined, { signal })
    }
  }
  return { found, sampled }
}
