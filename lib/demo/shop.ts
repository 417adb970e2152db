import type { DemoSession } from '@/lib/contract/demo'
import { KnownError } from '@/lib/errors'
import { createStore, type Session, type SessionStore, type StoreClient } from '@/lib/store'
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
 * An id that is null, unknown or ended answers a visit without a shopper; a Redis that fails is `source-unavailable`.
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
  async function serve<T extends Session<ShopData> | null>(work: (store: SessionStore<ShopData>) => Promise<T>) {
    const recorder = createRecorder(client, shopOptions.prefix)
    try {
      const session = await work(createStore<ShopData>(recorder.client, shopOptions))
      return { session, visit: visitOf(session, recorder) }
    } catch (cause) {
      // What the client throws becomes one sentence that a visitor may read.
      throw new KnownError('source-unavailable', 'The shop is closed until it is back. This page asks every second.', {
        cause,
      })
    }
  }

  async function change(id: string | null, edit: (data: ShopData) => ShopData): Promise<Visit> {
    const { visit } = await serve(async (store) => {
      const session = id === null ? null : await store.get(id)
      if (id === null || session === null) return null
      const data = edit(session.data)
      return (await store.save(session, data)) === 'saved' ? { ...session, data } : null
    })
    return visit
  }

  return {
    async signIn({ id, name, ip, userAgent }) {
      const data = { name, views: 1, basket: [], ip, userAgent: userAgent?.slice(0, userAgentLimit) ?? null }
      const { session, visit } = await serve(async (store) => {
        if (id !== null) await store.destroy(id)
        return store.create(data, { principal: name })
      })
      return { ...visit, id: session.id }
    },

    look: async (id) => (await serve(async (store) => (id === null ? null : store.peek(id)))).visit,

    view: (id) => change(id, (data) => ({ ...data, views: data.views + 1 })),

    buy: (id, item) => change(id, (data) => ({ ...data, basket: [...data.basket, item].slice(-basketLimit) })),

    async signOut(id) {
      const { visit } = await serve(async (store) => {
        if (id !== null) await store.destroy(id)
        return null
      })
      return visit
    },
  }
}

function visitOf(session: Session<ShopData> | null, recorder: Recorder): Visit {
  const calls = recorder.calls()
  if (session === null) return { shopper: null, calls }
  const { name, views, basket } = session.data
  const expiresAt = Number.isFinite(session.expiresAt) ? session.expiresAt : null
  const shopper = { name, views, basket, expiresAt, createdAt: session.createdAt, sizeBytes: recorder.sizeBytes() }
  return { shopper, calls }
}
