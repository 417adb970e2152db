import { noNames, rowFindings, type SessionFilter, sessionStatuses } from '@/lib/contract/session'

export type FilterName = Exclude<keyof SessionFilter, 'noAddress'>

/** How the values of a field are written: words that are looked for, some of a closed list, addresses and ranges, or one bound after `<` or `>`. */
export type Field = { name: string; says: string } & (
  | { kind: 'texts'; filter: FilterName; longest: number }
  | { kind: 'choices'; filter: FilterName; choices: readonly string[] }
  | { kind: 'addresses'; filter: FilterName }
  | { kind: 'bytes' | 'duration' | 'moment'; below: FilterName; above: FilterName; presets: readonly string[] }
)

/** Every field of the language, in the order in which terms are printed. `below` and `above`: what `<` and `>` set. */
export const fields: readonly Field[] = [
  { name: 'user', says: 'a part of a person’s name or id', kind: 'texts', filter: 'who', longest: 4096 },
  { name: 'principal', says: 'a person’s whole id', kind: 'texts', filter: 'principal', longest: 4096 },
  { name: 'person', says: 'a person’s opaque handle', kind: 'texts', filter: 'person', longest: 16_384 },
  { name: 'ip', says: 'an address or a range such as 10.0.0.0/8', kind: 'addresses', filter: 'ip' },
  { name: 'device', says: 'a part of a device’s name', kind: 'texts', filter: 'device', longest: 200 },
  { name: 'source', says: 'where it is kept', kind: 'texts', filter: 'source', longest: 200 },
  { name: 'format', says: 'who writes it', kind: 'texts', filter: 'format', longest: 100 },
  { name: 'status', says: 'how it stands', kind: 'choices', filter: 'status', choices: sessionStatuses },
  { name: 'finding', says: 'what is wrong with it', kind: 'choices', filter: 'finding', choices: rowFindings },
  { name: 'no', says: 'what it lacks: an end, or a person', kind: 'choices', filter: 'no', choices: noNames },
  {
    name: 'size',
    says: 'how large the stored value is',
    kind: 'bytes',
    below: 'maxSizeBytes',
    above: 'minSizeBytes',
    presets: ['>4k', '>64k', '<1k'],
  },
  {
    name: 'ttl',
    says: 'how long it has left',
    kind: 'duration',
    below: 'maxTtlMs',
    above: 'minTtlMs',
    presets: ['<5m', '<1h', '>24h', '>30d'],
  },
  {
    name: 'age',
    says: 'how long ago it began',
    kind: 'duration',
    below: 'maxAgeMs',
    above: 'minAgeMs',
    presets: ['<1h', '>1d', '>30d'],
  },
  {
    name: 'seen',
    says: 'how long ago it was last seen',
    kind: 'duration',
    below: 'maxIdleMs',
    above: 'minIdleMs',
    presets: ['<5m', '<1h', '>1d', '>7d'],
  },
  {
    name: 'expires',
    says: 'when it ends',
    kind: 'moment',
    below: 'expiresBefore',
    above: 'expiresAfter',
    presets: [],
  },
  {
    name: 'created',
    says: 'when it began',
    kind: 'moment',
    below: 'createdBefore',
    above: 'createdAfter',
    presets: [],
  },
  {
    name: 'lastseen',
    says: 'when it was last seen',
    kind: 'moment',
    below: 'seenBefore',
    above: 'seenAfter',
    presets: [],
  },
]

/** The field of this name, in any case; undefined where there is none. */
export function findField(name: string): Field | undefined {
  return fields.find((field) => field.name === name.toLowerCase())
}
