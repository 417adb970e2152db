import * as z from 'zod/mini'
import { filterShape, pageShape, Version } from './session'
import { Freshness } from './source'

/**
 * One person over all sources. `person`: their handle, for links and for the filter of sessions. `label`: as the session that was seen last calls them.
 * `devices`: how many different ones; `sizeBytes`: of all their sessions together.
 */
export const PersonRow = z.object({
  person: z.string(),
  principal: z.string(),
  label: z.nullable(z.string()),
  sources: z.array(z.string()),
  sessions: z.int(),
  devices: z.int(),
  lastSeenAt: z.nullable(z.number()),
  sizeBytes: z.int(),
})
export type PersonRow = z.infer<typeof PersonRow>

export const personSortFields = [
  'principal',
  'label',
  'sources',
  'sessions',
  'devices',
  'lastSeenAt',
  'sizeBytes',
] as const
export type PersonSortField = (typeof personSortFields)[number]

const queryShape = {
  ...filterShape,
  sort: z._default(z.enum(personSortFields), 'lastSeenAt'),
  ...pageShape,
}

/** `GET /api/users`: people with a session that the filter leaves. `q` and `words` are looked for in ids and names. */
export const PeopleQuery = z.strictObject(queryShape)
export type PeopleQuery = z.infer<typeof PeopleQuery>

/** `POST /api/users/search`: the same in a body, and the version the caller already has. */
export const PeopleSearch = z.strictObject({ ...queryShape, version: z.optional(Version) })
export type PeopleSearch = z.infer<typeof PeopleSearch>

/** One page. `total` counts the people that the search leaves; `anonymous` and `unreadable` all sessions that belong to nobody, or nobody can tell to whom. */
export const PeoplePage = z.object({
  version: z.string(),
  freshness: Freshness,
  now: z.number(),
  total: z.int(),
  anonymous: z.int(),
  unreadable: z.int(),
  page: z.int(),
  size: z.int(),
  rows: z.array(PersonRow),
})
export type PeoplePage = z.infer<typeof PeoplePage>
