import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import type { Admin } from '@/lib/admin/admin'
import type { Audit } from '@/lib/audit'
import type { Deed } from '@/lib/contract/audit'
import type { SessionFilter } from '@/lib/contract/session'
import { SavedView, type ViewInput, type ViewList } from '@/lib/contract/view'
import { KnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import { parse } from '@/lib/search/parse'
import { print } from '@/lib/search/print'
import { holdsCredential, mayBeCredential, shortestId } from '@/lib/session/credential'

/** Of each admin. */
export const mostViews = 50
export const mostViewBytes = 64 * 1024

/** A view as the home keeps it: its text, not what it means, so that `ttl:<5m` stays five minutes. */
const KeptView = z.omit(SavedView, { filter: true })
type KeptView = z.infer<typeof KeptView>

type Actor = { admin: Pick<Admin, 'username'>; requestId: string; ip: string | null }

/**
 * The searches that admins keep, each their own, in one hash of the home an admin. They may name people, which is why they are kept there and not in addresses;
 * nothing that may be a session id or a cookie is ever kept. All three throw `source-unavailable` while the home does not answer.
 */
export type Views = {
  /** Cost: one HGETALL. */
  list(admin: Pick<Admin, 'username'>): Promise<ViewList>
  /** Throws `invalid` where the search has a fault or may hold a credential, `conflict` where there is no room. Cost: one HGETALL, one HSET. */
  save(actor: Actor, input: ViewInput): Promise<SavedView>
  /** Throws `not-found`, also for what is another admin's. Cost: one HDEL. */
  delete(actor: Actor, view: string): Promise<void>
  /** All views of a name that nobody has any more: the next one to have it must not find them. Cost: one UNLINK. */
  forget(username: string): Promise<void>
}

type ViewsContext = {
  home: Connection
  audit: Pick<Audit, 'write'>
  /** Whether a text is the id of a session that lives. */
  namesSession(text: string): boolean
}

export function createViews({ home, audit, namesSession }: ViewsContext): Views {
  const keyOf = ({ username }: Pick<Admin, 'username'>) => `rollcall:views:${username}`

  async function readKept(admin: Pick<Admin, 'username'>): Promise<KeptView[]> {
    const all = await reach(() => home.client.hgetall(keyOf(admin)), 'saved views cannot be read')
    return Object.values(all)
      .flatMap((text) => readView(text) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name) || a.savedAt - b.savedAt)
  }

  /** Does a deed and writes down how it ended; of the search itself nothing is said. */
  async function tell<T>({ admin, requestId, ip }: Actor, deed: Deed, work: () => Promise<T>): Promise<T> {
    const write = (outcome: 'done' | 'failed' | 'refused', reason: string | null) =>
      void audit.write({
        phase: 'outcome',
        deed,
        admin: admin.username,
        handle: null,
        principal: null,
        outcome,
        reason,
        requestId,
        ip,
      })
    try {
      const result = await work()
      write('done', null)
      return result
    } catch (error) {
      const isAway = error instanceof KnownError && error.code === 'source-unavailable'
      write(isAway ? 'failed' : 'refused', error instanceof KnownError ? error.detail : null)
      throw error
    }
  }

  return {
    async list(admin) {
      const rows = (await readKept(admin)).map(toSaved)
      const version = createHash('sha256').update(JSON.stringify(rows)).digest('base64url').slice(0, 22)
      return { version, now: home.now(), rows }
    },
    save: (actor, input) =>
      tell(actor, 'view.save', async () => {
        const search = check(input, namesSession)
        const kept = await readKept(actor.admin)
        const same = kept.find(({ name, list }) => name === input.name && list === input.list)
        const view = { ...input, search, view: same?.view ?? randomBytes(9).toString('base64url'), savedAt: home.now() }
        const text = JSON.stringify(view)
        const others = kept.filter((other) => other !== same)
        const bytes = others.reduce((sum, other) => sum + Buffer.byteLength(JSON.stringify(other)), 0)
        if (others.length >= mostViews || bytes + Buffer.byteLength(text) > mostViewBytes) {
          const most = `At most ${mostViews} views of ${mostViewBytes / 1024} KiB together are kept`
          throw new KnownError('conflict', `${most}. Delete one first.`)
        }
        await reach(() => home.client.hset(keyOf(actor.admin), view.view, text), 'the view was not saved')
        return toSaved(view)
      }),
    delete: (actor, view) =>
      tell(actor, 'view.delete', async () => {
        const count = await reach(() => home.client.hdel(keyOf(actor.admin), view), 'the view was not deleted')
        if (count === 0) throw new KnownError('not-found', 'You have no such view.')
      }),
    async forget(username) {
      await reach(() => home.client.unlink(keyOf({ username })), 'the views were not forgotten')
    },
  }
}

/** The search in its own words. */
function check({ name, search, list }: ViewInput, namesSession: (text: string) => boolean): string {
  const { filter, faults } = parse(search, list)
  const refuse = (pointer: string, details: string[]) => {
    const said = details.map((detail) => ({ pointer, detail }))
    throw new KnownError('invalid', 'The view was not saved; errors says why.', { faults: said })
  }
  if (faults.length > 0) refuse('/search', faults.map(({ detail }) => detail).slice(0, 20))
  const detail = 'may hold a session id or a cookie, and such are never kept'
  if (mayBeCredential(name)) refuse('/name', [detail])
  if (holdsSecret(filter, namesSession)) refuse('/search', [detail])
  return print(filter)
}

/**
 * The ids of people are often as long as those of sessions, so where somebody says that it is one only a certain credential is refused, and what names a session that lives;
 * but not what is short, for some applications call a session by its person.
 */
function holdsSecret(filter: SessionFilter, namesSession: (text: string) => boolean): boolean {
  const { who = [], principal = [], person: _person, noAddress: _noAddress, ...rest } = filter
  const texts = Object.values(rest).flatMap((value) => (value === undefined || typeof value === 'number' ? [] : value))
  return (
    texts.some((text) => mayBeCredential(text)) ||
    texts.some((text) => namesSession(text)) ||
    [...who, ...principal].some((text) => holdsCredential(text) || (text.length >= shortestId && namesSession(text)))
  )
}

function toSaved(kept: KeptView): SavedView {
  const { filter, faults } = parse(kept.search, kept.list)
  return { ...kept, filter: faults.length === 0 ? filter : null }
}

function readView(text: string): KeptView | null {
  try {
    const view = KeptView.safeParse(JSON.parse(text))
    return view.success ? view.data : null
  } catch {
    // Not ours to show.
    return null
  }
}

async function reach<T>(work: () => Promise<T>, what: string): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const detail = `The home Redis does not answer, so ${what}.`
    throw new KnownError('source-unavailable', detail, { cause, retryAfterMs: 1000 })
  }
}
