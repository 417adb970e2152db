import { setTimeout as wait } from 'node:timers/promises'
import type { SessionFormat } from '@/lib/formats/format'
import { type Guess, guessFamily, prefixBeforeId, usualFamilies } from '@/lib/formats/guess'
import type { RawSession } from '@/lib/session/raw'
import type { Connection } from './connection'
import { guarded } from './errors'
import { readValues } from './read'
import { primariesOf, scanOnce } from './scan'
import { ownPrefix } from './source'

/** So many keys are walked in one look around; the next one goes on where this one stopped. */
const mostKeys = 200_000
/** After a page Redis has so many times as long for others. */
const restFactor = 9
/** Whoever writes keys could make up any number of prefixes. */
const mostFamilies = 2_000
/** The fullest are judged first; so many in one look around. */
const mostJudged = 60
/** So many keys of a family are kept to be read, and so much of each. */
const keysRead = 20
const valueBytes = 16 * 1024
/** A family that no framework names so needs this many keys to be looked at. */
const fewestUnusual = 3

/** What was found under a prefix. `keys`: how many of those that were walked. */
export type Family = Guess & { prefix: string; keys: number; walked: number }

/** Where the last look around stopped, a cursor for each primary. */
export type Place = Map<string, string>

type Sample = { keys: Buffer[]; count: number; usual: Set<string> }

/**
 * Looks for families of keys that may be sessions: by the usual keys of the formats, and by what stands before something like an id; then reads a few values of each and judges
 * them. `knownPrefixes` are left out, and so are Rollcall's own. Finding nothing proves nothing. Never `no`. Cost: SCANs over at most 200,000 keys, each with nine times its own time of rest,
 * and `readValues` for twenty keys of at most 60 families, 16 KiB of each. Throws `KnownError` when Redis does not answer.
 */
export async function discoverFamilies(
  connection: Connection,
  formats: readonly SessionFormat[],
  knownPrefixes: string[],
  place: Place,
  signal: AbortSignal,
): Promise<Family[]> {
  return guarded(async () => {
    const { families, walked } = await walk(connection, formats, [...knownPrefixes, ownPrefix], place, signal)
    const worth = [...families]
      .filter(([, { usual, count }]) => usual.size > 0 || count >= fewestUnusual)
      .sort(([, a], [, b]) => Number(b.usual.size > 0) - Number(a.usual.size > 0) || b.count - a.count)
      .slice(0, mostJudged)
    const found: Family[] = []
    for (const [prefix, { keys, count, usual }] of worth) {
      signal.throwIfAborted()
      const raws = await readRaws(connection, prefix, keys)
      const guess = guessFamily(prefix, raws, [...usual], formats)
      if (guess.verdict !== 'no') found.push({ ...guess, prefix, keys: count, walked })
    }
    return withoutInner(found)
  })
}

async function walk(
  connection: Connection,
  formats: readonly SessionFormat[],
  knownPrefixes: string[],
  place: Place,
  signal: AbortSignal,
): Promise<{ families: Map<string, Sample>; walked: number }> {
  const families = new Map<string, Sample>()
  const nodes = primariesOf(connection)
  let walked = 0
  for (const node of nodes) {
    const name = `${node.options.host}:${node.options.port}:${node.options.path}`
    let cursor = place.get(name) ?? '0'
    for (let seen = 0; seen < mostKeys / nodes.length; ) {
      signal.throwIfAborted()
      const askedAt = performance.now()
      const [next, keys] = await scanOnce(node, cursor, null)
      const tookMs = performance.now() - askedAt
      for (const key of keys) sort(key, families, formats, knownPrefixes)
      seen += Math.max(1, keys.length)
      walked += keys.length
      cursor = next
      if (cursor === '0') break
      await wait(tookMs * restFactor, undefined, { signal })
    }
    place.set(name, cursor)
  }
  return { families, walked }
}

function sort(
  key: Buffer,
  families: Map<string, Sample>,
  formats: readonly SessionFormat[],
  knownPrefixes: string[],
): void {
  const text = key.toString('latin1')
  if (knownPrefixes.some((prefix) => text.startsWith(prefix))) return
  if (formats.some(({ companionKeys }) => companionKeys?.test(text))) return
  const usual = usualFamilies(text, formats)
  const unusual = usual.length === 0 ? prefixBeforeId(text) : null
  for (const { prefix, format } of usual) add(families, prefix, key)?.usual.add(format)
  if (unusual !== null) add(families, unusual, key)
}

function add(families: Map<string, Sample>, prefix: string, key: Buffer): Sample | null {
  let family = families.get(prefix)
  if (family === undefined) {
    if (families.size >= mostFamilies) return null
    family = { keys: [], count: 0, usual: new Set() }
    families.set(prefix, family)
  }
  family.count += 1
  if (family.keys.length < keysRead) family.keys.push(key)
  // Later keys take the place of earlier ones now and then, so that a walk is not judged by its beginning alone.
  else if (family.count % keysRead === 0) family.keys[(family.count / keysRead) % keysRead] = key
  return family
}

async function readRaws(connection: Connection, prefix: string, keys: Buffer[]): Promise<RawSession[]> {
  const readings = await readValues(connection, keys, valueBytes)
  return keys.flatMap((key, index): RawSession[] => {
    const reading = readings[index]
    if (!reading || reading === 'skipped') return []
    const { value, redisExpiresAt } = reading
    const rest = key.toString('latin1', prefix.length)
    return [{ key, prefix, rest, value, redisExpiresAt, now: connection.now(), related: [] }]
  })
}

/** Of two prefixes of which one begins with the other, both sure, the shorter has it all. */
function withoutInner(found: Family[]): Family[] {
  return found.filter(
    ({ prefix }) =>
      !found.some((other) => other.verdict === 'sure' && other.prefix !== prefix && prefix.startsWith(other.prefix)),
  )
}
