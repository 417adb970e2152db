import { PeopleQuery } from '@/lib/contract/person'

/** Rows asked for at once. */
export const pageSize = 200

/** The part of a view that may stand in an address: the words of a search stay in memory. */
export type PeopleView = Pick<PeopleQuery, 'sort' | 'order'>

/** What an address asks for. A value that the contract refuses is left out, and so is everything else. */
export function readView(params: Iterable<[string, string]>): PeopleView {
  const sound = [...params].filter(
    ([name, value]) => (name === 'sort' || name === 'order') && PeopleQuery.safeParse({ [name]: value }).success,
  )
  const { sort, order } = PeopleQuery.parse(Object.fromEntries(sound))
  return { sort, order }
}

/** The address of a view, without what is the default anyway. */
export function writeView({ sort, order }: PeopleView): string {
  return sort === 'lastSeenAt' && order === 'desc' ? '' : `?sort=${sort}&order=${order}`
}

/** The address of one page in the API. */
export function targetOf(view: PeopleView, page: number): string {
  const text = writeView(view)
  return `/api/users${text === '' ? '?' : `${text}&`}page=${page}&size=${pageSize}`
}
