import { holdsCredential } from '@/lib/session/credential'
import type { RawSession } from '@/lib/session/raw'
import { formatOf } from '.'
import type { SessionFormat } from './format'

/** What is thought of the keys under one prefix. `sure`: sessions, watched without asking; `maybe`: somebody should say; `no`: something else. */
export type Guess = { verdict: 'sure' | 'maybe' | 'no'; format: string | null; evidence: string }

/** Of the values that were read this share must be of one format. */
const enough = 0.8
/** Where the keys do not look like a framework's own, fewer values than this prove nothing. */
const fewest = 3
/** A prefix that says itself what it holds. */
const saysSession = /(?:^|[^a-z])(?:sess|session|sessions|sessionid|login|logins)(?:[^a-z]*|:[^:]*:)$/i
const separator = /[:./_|-]/
/** No framework names a session at such length. */
const longestKey = 512
/** What the random part of a session's key looks like: long, and not words. */
const idShape = /^[\w+=~,-]{16,128}$/

/** The frameworks whose usual keys this is one of, each with the prefix that goes with it. */
export function usualFamilies(key: string, formats: readonly SessionFormat[]): { prefix: string; format: string }[] {
  if (key.length > longestKey) return []
  return formats.flatMap(({ id, usualKeys }) =>
    usualKeys.flatMap((pattern) => {
      const prefix = pattern.exec(key)?.[1]
      return prefix === undefined || prefix === '' ? [] : [{ prefix, format: id }]
    }),
  )
}

/** The part of a key before what looks like an id, with its separator; null where nothing does, or where nothing stands before it. */
export function prefixBeforeId(key: string): string | null {
  if (key.length > longestKey) return null
  for (let at = key.length - 1; at >= 0; at -= 1) {
    if (!separator.test(key.charAt(at))) continue
    const rest = key.slice(at + 1)
    if (!looksLikeId(rest)) continue
    const prefix = key.slice(0, widened(key, at) + 1)
    return prefix === '' || mayHoldId(prefix) ? null : prefix
  }
  return null
}

/** Whether a part of a prefix looks like an id: such a prefix is shown, kept and written down nowhere, for the id may open a session. */
export function mayHoldId(prefix: string): boolean {
  const parts = prefix.split(/[:/.|]/)
  // Between words dashes are many, and random is what stays so without them.
  return holdsCredential(prefix) || parts.some((part) => looksLikeId(part) && looksRandom(part.replace(/[-_]/g, '')))
}

function looksLikeId(text: string): boolean {
  return /\d/.test(text) && idShape.test(text) && looksRandom(text)
}

/** A UUID and base64url have separators of their own: the id goes on to the left as long as it looks like one. */
function widened(key: string, at: number): number {
  const uuid = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.exec(key)
  if (uuid !== null) return uuid.index - 1
  const left = key.slice(0, at)
  const before = Math.max(left.lastIndexOf(':'), left.lastIndexOf('/'), left.lastIndexOf('|'), left.lastIndexOf('.'))
  const part = left.slice(before + 1)
  const isMore = (key.charAt(at) === '-' || key.charAt(at) === '_') && part.length >= 4 && looksRandom(part)
  return isMore ? before : at
}

/** Digits and letters change often in what is random, seldom in words and dates. */
function looksRandom(text: string): boolean {
  let changes = 0
  for (let at = 1; at < text.length; at += 1) if (kindOf(text, at) !== kindOf(text, at - 1)) changes += 1
  return changes >= Math.min(6, text.length / 4)
}

function kindOf(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 0x30 && code <= 0x39) return 0
  return code >= 0x61 && code <= 0x7a ? 1 : 2
}

/**
 * Judges a prefix by values from under it. `usual`: the formats whose usual keys these are. Pure; never throws. The evidence names numbers and formats, never a key or a value.
 */
export function guessFamily(
  prefix: string,
  raws: RawSession[],
  usual: string[],
  formats: readonly SessionFormat[],
): Guess {
  const labelOf = (id: string) => formats.find((format) => format.id === id)?.label ?? id
  const lastResort = formats[formats.length - 1]?.id
  const counts = new Map<string, number>()
  let people = 0
  let ending = 0
  let strangers = 0
  for (const raw of raws) {
    const format = formatOf(raw, formats)
    const decoded = format.decode(raw)
    if ('noSession' in decoded || (format.id === lastResort && 'unreadable' in decoded)) {
      strangers += 1
      continue
    }
    counts.set(format.id, (counts.get(format.id) ?? 0) + 1)
    if ('facts' in decoded && decoded.facts.principal !== null) people += 1
    if (raw.redisExpiresAt !== null || ('facts' in decoded && decoded.facts.expiresAt !== null)) ending += 1
  }
  const read = raws.length
  const [best, bestCount] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [null, 0]
  const known = read - strangers - (counts.get(lastResort ?? '') ?? 0)
  const told = [...counts].map(([id, count]) => `${count} of ${read} values are ${labelOf(id)}`)
  if (strangers > 0) told.push(`${strangers} of ${read} cannot be read`)
  const say = (more: string[]) =>
    sentenceOf([...more, ...told, `${people} name a person`, `${ending} have an end`].join('; '))
  const keysLike = usual.map((id) => `keys are named as ${labelOf(id)} does`)

  const ofUsual = usual.reduce((sum, id) => sum + (counts.get(id) ?? 0), 0)
  if (read > 0 && ofUsual / read >= enough) return { verdict: 'sure', format: best, evidence: say(keysLike) }
  if (
    saysSession.test(prefix) &&
    read >= fewest &&
    (read - strangers) / read >= enough &&
    people > 0 &&
    ending / read >= enough
  ) {
    return { verdict: 'sure', format: best, evidence: say(['the prefix says session']) }
  }
  const isLikely = read >= fewest && best !== lastResort && bestCount / read >= enough && people > 0
  if (
    isLikely ||
    ofUsual > 0 ||
    (known / Math.max(1, read) >= 0.3 && people > 0) ||
    (usual.length > 0 && strangers === read && read > 0)
  ) {
    return { verdict: 'maybe', format: best, evidence: say(keysLike) }
  }
  return { verdict: 'no', format: null, evidence: say(keysLike) }
}

function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
