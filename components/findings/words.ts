import { impersonalOf } from '@/components/search/address'
import { writeView } from '@/components/sessions/view'
import type { Finding } from '@/lib/contract/finding'

/** `12 % of all`; what is there is never called 0 %, and a part never 100 %. */
export function sayShare(share: number): string {
  if (share >= 1) return 'all of them'
  if (share < 0.01) return 'under 1 % of all'
  return `${Math.min(99, Math.round(share * 100))} % of all`
}

/** The address of the table that shows them all, or null where no filter can. */
export function tableOf({ filter }: Pick<Finding, 'filter'>): string | null {
  if (filter === null) return null
  return `/sessions${writeView({ ...impersonalOf(filter), sort: 'lastSeenAt', order: 'desc' })}`
}
