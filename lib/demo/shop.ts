import type { DemoSession } from '@/lib/contract/demo'
import { createStore, type Session, type StoreClient } from '@/lib/store'
import { createRecorder, type Recorder } from './recorder'

/** What the pretend shop keeps about a shopper, as applications do. */
export type ShopData = { name: string; views: number; basket: string[]; ip: string | null; userAgent: string | null }

export const shopOptions = { prefix: 'rollcall-demo:', idleMs: 15 * 60_000, absoluteMs: 12 * 60 * 60_000 }
const basketLimit = 24
const userAgentLimit = 512

/** How a request ended: the shopper as the session now stands, or null when there is none, and the commands that it took. */
export type Visit = Pick<DemoSession, 'shopper' | 'calls'>

/**
 * The application of the demo: a shop that keeps its shoppers' sessions with the store library and does nothing else.
 * An id that is null, unknown or ended answers a visit without a shopper; only a failing Redis throws.
 */
export type Shop = {
  /** Ends the session that this browser had and makes a new one. `id` is the credential: it goes into the cookie and nowhere else. */
  signIn(from: {
    id: string | null
    name: string
    ip: string | null
    userAgent: string | null
  }): Promise<Visit & { id: string }>
  /** What a poll asks: nothing slides. */
  look(id: string | null): Promise<Visit>
  /** A page view: the idle timeout begins anew and the view is counted. */
  view(id: string | null): Promise<Visit>
  /** Puts one thing into the basket, the oldest falls out of a full one. Ended by an operator in between, it stays ended. */
  buy(id: string | null, item: string): Promise<Visit>
  signOut(id: string | null): Promise<Visit>
}

export function createShop(client: StoreClient): Shop {
  function open() {
    const recorder = createRecorder(client, shopOptions.prefix)
    return { recorder, store: createStore<ShopData>(recorder.client, shopOptions) }
  }

  async function change(id: string | null, edit: (data: ShopData) => ShopData): Promise<Visit> {
    const { recorder, store } = open()
    const session = id === null ? null : await store.get(id)
    if (id === null || session === null) return answer(recorder, null)
    const data = edit(session.data)
    const isSaved = (await store.save(id, data)) === 'saved'
    return answer(recorder, isSaved ? { ...session, data } : null)
  }

  return {
    async signIn({ id: previousId, name, ip, userAgent }) {
      const { recorder, store } = open()
      if (previousId !== null) await store.destroy(previousId)
      const agent = userAgent?.slice(0, userAgentLimit) ?? null
      const session = await store.create({ name, views: 1, basket: [], ip, userAgent: agent }, { principal: name })
      return { id: session.id, ...answer(recorder, session) }
    },

    async look(id) {
      const { recorder, store } = open()
      return answer(recorder, id === null ? null : await store.peek(id))
    },

    view: (id) => change(id, (data) => ({ ...data, views: data.views + 1 })),

    buy: (id, item) => change(id, (data) => ({ ...data, basket: [...data.basket, item].slice(-basketLimit) })),

    async signOut(id) {
      const { recorder, store } = open()
      if (id !== null) await store.destroy(id)
      return answer(recorder, null)
    },
  }
}

function answer(recorder: Recorder, session: Session<ShopData> | null): Visit {
  const calls = recorder.calls()
  if (session === null) return { shopper: null, calls }
  const { name, views, basket } = session.data
  const { createdAt, expiresAt } = session
  const shopper = { name, views, basket, expiresAt, createdAt: createdAt ?? 0, sizeBytes: recorder.sizeBytes() }
  return { shopper, calls }
}
