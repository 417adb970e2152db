import { withBasePath } from '@/lib/client/base-path'
import type { Target } from '@/lib/client/resource'
import { AuditQuery } from '@/lib/contract/audit'

/** What the page shows and the address holds; words that are searched for are in no address. */
export type AuditFilter = Omit<AuditQuery, 'size' | 'q'>

const names = ['deed', 'admin', 'handle', 'since', 'page'] as const

/** What an address asks for. A value that the contract refuses is left out. */
export function readView(params: Iterable<[string, string]>): AuditFilter {
  const given = [...params].filter(([name]) => names.some((known) => known === name))
  const sound = given.filter(([name, value]) => AuditQuery.safeParse({ [name]: value }).success)
  const { size: _size, q: _q, ...view } = AuditQuery.parse(Object.fromEntries(sound))
  return view
}

/** The address of a view, without what is the default anyway. */
export function writeView(view: AuditFilter): string {
  const params = new URLSearchParams()
  for (const name of names) {
    const value = view[name]
    if (value === undefined || (name === 'page' && value === 1)) continue
    params.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  const text = params.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

/** The address of a view in the API; with words, the path and the body of a search. */
export function targetOf(view: AuditFilter): string
export function targetOf(view: AuditFilter, q: string): Target
export function targetOf(view: AuditFilter, q = ''): Target {
  return q === '' ? `/api/audit${writeView(view)}` : { path: '/api/audit/search', body: { ...view, q } }
}

/** Where the same entries can be had as a file. */
export function exportOf({ page: _page, ...filter }: AuditFilter, format: 'csv' | 'json'): string {
  const text = writeView({ ...filter, page: 1 })
  return withBasePath(`/api/audit/export${text === '' ? '?' : `${text}&`}format=${format}`)
}
