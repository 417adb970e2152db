import * as z from 'zod/mini'
import { personSortFields } from './person'
import { pageShape, SearchText, SessionFilter, sortFields, text } from './session'

/** The lists that a view can be of. */
export const listNames = ['sessions', 'users'] as const
export const ListName = z.enum(listNames)
export type ListName = z.infer<typeof ListName>

const fieldsOf: Record<ListName, readonly string[]> = { sessions: sortFields, users: personSortFields }

const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(60))

/** `POST /api/views`: what to keep. `search` is text of the search language; the same name for the same list takes the place of what had it. */
export const ViewInput = z
  .strictObject({
    name,
    list: z._default(ListName, 'sessions'),
    search: z._default(SearchText, ''),
    sort: z._default(text(100), 'lastSeenAt'),
    order: pageShape.order,
  })
  .check(
    z.refine(({ list, sort }) => fieldsOf[list].includes(sort), { error: 'is no field of this list', path: ['sort'] }),
  )
export type ViewInput = z.infer<typeof ViewInput>

/** A search that an admin keeps for themselves. `filter`: what the search means; null where it is no longer understood. */
export const SavedView = z.object({
  view: z.string(),
  name: z.string(),
  list: ListName,
  search: z.string(),
  filter: z.nullable(SessionFilter),
  sort: z.string(),
  order: z.enum(['asc', 'desc']),
  savedAt: z.number(),
})
export type SavedView = z.infer<typeof SavedView>

/** `GET /api/views`: those of whoever asks, by name. */
export const ViewList = z.object({ version: z.string(), now: z.number(), rows: z.array(SavedView) })
export type ViewList = z.infer<typeof ViewList>
