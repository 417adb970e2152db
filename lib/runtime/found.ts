import type { SourceChoice, SourceFound } from '@/lib/contract/source'
import type { Family } from '@/lib/redis/discover'

/** What was found in a database and is not watched, the fullest first, then what admins left alone there. Pure. */
export function listFound(
  { redis, database }: Pick<SourceFound, 'redis' | 'database'>,
  watched: readonly string[],
  families: readonly Family[],
  choices: readonly SourceChoice[],
): SourceFound[] {
  const excluded = choices.filter((one) => one.redis === redis && one.database === database && one.choice === 'exclude')
  const isExcluded = (prefix: string) => excluded.some((one) => one.prefix === prefix)
  const asks = families
    .filter(({ prefix }) => !watched.includes(prefix) && !isExcluded(prefix))
    .sort((a, b) => b.keys - a.keys)
  return [
    ...asks.map((family) => tell(family, { redis, database, state: 'asks', chosen: null })),
    ...excluded.map(({ prefix, admin, at }) => {
      const family = families.find((one) => one.prefix === prefix) ?? { ...unseen, prefix }
      return tell(family, { redis, database, state: 'excluded', chosen: { admin, at } })
    }),
  ]
}

const unseen = { format: null, evidence: '', keys: 0, walked: 0 }

function tell(
  { prefix, format, evidence, keys, walked }: Omit<Family, 'verdict'>,
  rest: Pick<SourceFound, 'redis' | 'database' | 'state' | 'chosen'>,
): SourceFound {
  return { ...rest, prefix, format, evidence, keys, walked }
}
