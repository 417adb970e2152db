import { type SessionFilter, SessionQuery } from '@/lib/contract/session'

/** Rows asked for at once. */
export const pageSize = 200

/** The part of a view that may stand in an address: nobody's name, address or words. */
export type Impersonal = Omit<SessionQuery, 'q' | 'who' | 'ip' | 'device' | 'principal' | 'page' | 'size'>

/** The part that stays in memory. `person`: what to call the principal that is filtered for. */
export type Personal = { q: string; principal: string | null; person: string | null }

export const noPersonal: Personal = { q: '', principal: null, person: null }

const impersonalNames = [
  'source',
  'format',
  'status',
  'finding',
  'person',
  'minSizeBytes',
  'maxSizeBytes',
  'expiresBefore',
  'expiresAfter',
  'createdBefore',
  'createdAfter',
  'seenBefore',
  'seenAfter',
  'sort',
  'order',
] as const

/** What an address asks for. A value that the contract refuses is left out, and so is everything personal. */
export function readView(params: Iterable<[string, string]>): Impersonal {
  const given = [...params].filter(([name]) => impersonalNames.some((known) => known === name))
  const sound = given.filter(([name, value]) => SessionQuery.safeParse({ [name]: value }).success)
  const {
    page: _page,
    size: _size,
    q: _q,
    principal: _principal,
    ...view
  } = SessionQuery.parse(Object.fromEntries(sound))
  return view
}

/** The address of a view, without what is the default anyway. */
export function writeView(view: Impersonal): string {
  const params = new URLSearchParams()
  for (const name of impersonalNames) {
    const value = view[name]
    if (value === undefined || (name === 'sort' && value === 'lastSeenAt' && view.order === 'desc')) continue
    if (name === 'order' && view.sort === 'lastSeenAt' && value === 'desc') continue
    params.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  const text = params.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

/** The address of one page of an impersonal view in the API. */
export function targetOf(view: Impersonal, page: number): string {
  const text = writeView(view)
  return `/api/sessions${text === '' ? '?' : `${text}&`}page=${page}&size=${pageSize}`
}

/** The filter of a view, as a job is given it. */
export function filterOf(
  { sort: _sort, order: _order, ...filter }: Impersonal,
  { q, principal }: Personal,
): SessionFilter {
  return { ...filter, ...(q === '' ? {} : { q }), ...(principal === null ? {} : { principal: [principal] }) }
}
