import { SessionFilter } from '@/lib/contract/session'

/** What says something of somebody: it stays in memory and in the bodies of requests. */
const personalNames = ['q', 'words', 'who', 'ip', 'device', 'principal'] as const
type PersonalName = (typeof personalNames)[number]

export type PersonalFilter = Pick<SessionFilter, PersonalName>
/** What may stand in an address: nobody's name, address or words. */
export type ImpersonalFilter = Omit<SessionFilter, PersonalName>

const impersonalNames = [
  'source',
  'format',
  'status',
  'finding',
  'no',
  'person',
  'minSizeBytes',
  'maxSizeBytes',
  'minTtlMs',
  'maxTtlMs',
  'minAgeMs',
  'maxAgeMs',
  'minIdleMs',
  'maxIdleMs',
  'expiresBefore',
  'expiresAfter',
  'createdBefore',
  'createdAfter',
  'seenBefore',
  'seenAfter',
] as const satisfies (keyof ImpersonalFilter)[]

/** The filter in an address. A value that the contract refuses is left out, and so is everything personal. */
export function readFilter(params: Iterable<[string, string]>): ImpersonalFilter {
  const given = [...params].filter(([name]) => impersonalNames.some((known) => known === name))
  return SessionFilter.parse(
    Object.fromEntries(given.filter(([name, value]) => SessionFilter.safeParse({ [name]: value }).success)),
  )
}

/** The impersonal part of a filter as parameters, always in the same order. */
export function writeFilter(filter: ImpersonalFilter): [string, string][] {
  return impersonalNames.flatMap((name): [string, string][] => {
    const value = filter[name]
    if (value === undefined) return []
    return [[name, Array.isArray(value) ? value.join(',') : String(value)]]
  })
}

/** Parameters as the end of an address, commas readable. */
export function toSearch(params: [string, string][]): string {
  const text = new URLSearchParams(params).toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

export function personalOf({ q, words, who, ip, device, principal }: SessionFilter): PersonalFilter {
  return Object.fromEntries(
    Object.entries({ q, words, who, ip, device, principal }).filter(([, value]) => value !== undefined),
  )
}

export function impersonalOf(filter: SessionFilter): ImpersonalFilter {
  const { q: _q, words: _words, who: _who, ip: _ip, device: _device, principal: _principal, ...rest } = filter
  return rest
}

export const isPersonal = (filter: SessionFilter): boolean => Object.keys(personalOf(filter)).length > 0
