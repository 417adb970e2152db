import { type ImpersonalFilter, readFilter, toSearch, writeFilter } from '@/components/search/address'
import { PeopleQuery } from '@/lib/contract/person'

/** Rows asked for at once. */
export const pageSize = 200

/** The part of a view that may stand in an address: nobody's name, address or words. */
export type PeopleView = ImpersonalFilter & Pick<PeopleQuery, 'sort' | 'order'>

/** What an address asks for. A value that the contract refuses is left out, and so is everything personal. */
export function readView(params: Iterable<[string, string]>): PeopleView {
  const given = [...params]
  const sound = given.filter(
    ([name, value]) => (name === 'sort' || name === 'order') && PeopleQuery.safeParse({ [name]: value }).success,
  )
  const { sort, order } = PeopleQuery.parse(Object.fromEntries(sound))
  return { ...readFilter(given), sort, order }
}

/** The address of a view, without what is the default anyway. */
export function writeView({ sort, order, ...filter }: PeopleView): string {
  const sorted: [string, string][] = [
    ['sort', sort],
    ['order', order],
  ]
  return toSearch([...writeFilter(filter), ...(sort === 'lastSeenAt' && order === 'desc' ? [] : sorted)])
}

/** The address of one page in the API. */
export function targetOf(view: PeopleView, page: number): string {
  const text = writeView(view)
  return `/api/users${text === '' ? '?' : `${text}&`}page=${page}&size=${pageSize}`
}
