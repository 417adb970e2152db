import type { SourceChoice } from '@/lib/contract/source'
import type { Family } from '@/lib/redis/discover'
import type { Source } from '@/lib/session/source'
import type { Settings } from '@/lib/settings.mjs'
import { builtInPrefixes } from '@/lib/source-settings.mjs'

/** A prefix that should be watched, as which format (null: whatever each key has), and why. */
export type Wanted = { prefix: string; format: string | null; origin: Source['origin']; evidence: string }

const demoPrefix = 'rollcall-demo:'

/** Each source costs a scan of its own and a place in the feed, and whoever writes keys could make up any number of prefixes. */
const mostFound = 20

/**
 * What is watched from the first second, before anything is known of Redis. Of several Redis a format of the settings is watched where its prefix is named, or nothing is
 * (`hasDescribed` false: only there). Pure.
 */
export function listConfigured(
  settings: Pick<Settings, 'prefixes' | 'customFormats' | 'hasDemo'>,
  format: string | null = null,
  hasDescribed = true,
): Wanted[] {
  const described = settings.customFormats.map(
    ({ id, prefix, suffix }): Wanted => ({
      prefix,
      format: id,
      origin: 'configured',
      evidence:
        suffix === '' ? 'ROLLCALL_CONFIG describes it.' : `ROLLCALL_CONFIG describes it: keys that end with ${suffix}`,
    }),
  )
  const named: Wanted[] = settings.prefixes
    ? settings.prefixes.map((one) => ({ ...one, origin: 'configured', evidence: 'The settings name it.' }))
    : builtInPrefixes.map((prefix) => ({
        prefix,
        format,
        origin: 'built-in',
        evidence: 'Where most applications keep their sessions: watched from the first second, keys or no keys.',
      }))
  const describedFor = (prefix: string) => described.find((one) => one.prefix === prefix)
  const wanted = [
    ...named.map((one) => (one.format === null ? (describedFor(one.prefix) ?? one) : one)),
    ...(hasDescribed ? described.filter(({ prefix }) => !named.some((one) => one.prefix === prefix)) : []),
  ]
  if (settings.hasDemo && !wanted.some(({ prefix }) => prefix === demoPrefix)) {
    wanted.push({ prefix: demoPrefix, format: null, origin: 'demo', evidence: 'The demo shop of this console.' })
  }
  return wanted
}

/**
 * What should be watched in a database, as things are known now: what an admin chose, then what is configured, then what was found and is sure. `choices` null: the home has not
 * told yet what was chosen, and what was found waits, for somebody may have left it alone for a reason. Pure.
 */
export function listWanted(
  configured: readonly Wanted[],
  choices: readonly SourceChoice[] | null,
  families: readonly Family[],
): Wanted[] {
  const found = families.filter(({ verdict }) => verdict === 'sure').slice(0, mostFound)
  const included = (choices ?? []).filter(({ choice }) => choice === 'include')
  const excluded = new Set((choices ?? []).filter(({ choice }) => choice === 'exclude').map(({ prefix }) => prefix))
  const all: Wanted[] = [
    ...included.map(
      ({ prefix, format, admin }): Wanted => ({ prefix, format, origin: 'chosen', evidence: `Chosen by ${admin}.` }),
    ),
    ...configured,
    ...(choices === null ? [] : found).map(
      ({ prefix, evidence }): Wanted => ({ prefix, format: null, origin: 'found', evidence }),
    ),
  ]
  const first = new Map<string, Wanted>()
  for (const one of all) if (!first.has(one.prefix) && !excluded.has(one.prefix)) first.set(one.prefix, one)
  return [...first.values()]
}
