import { visibleString } from '@/components/ui/visible-text'
import type { PersonRow, PersonSortField } from '@/lib/contract/person'

/** What to call a person, in plain text. */
export const nameOf = ({ label, principal }: Pick<PersonRow, 'label' | 'principal'>): string =>
  visibleString(label || principal)

/** Where a person's sessions are: the handle says nothing of whose they are. */
export const sessionsOf = (person: string): string => `/sessions?person=${person}`

/** The headers in reading order, each with the field that it sorts by. */
export const columns: { label: string; sort: PersonSortField }[] = [
  { label: 'Person', sort: 'label' },
  { label: 'Id', sort: 'principal' },
  { label: 'Sources', sort: 'sources' },
  { label: 'Sessions', sort: 'sessions' },
  { label: 'Devices', sort: 'devices' },
  { label: 'Last seen', sort: 'lastSeenAt' },
  { label: 'Size', sort: 'sizeBytes' },
]
