import type { NextRequest } from 'next/server'
import { DemoLogin, DemoPurchase, type DemoSession } from '@/lib/contract/demo'
import { demoCookie, demoCookieName } from '@/lib/demo/cookie'
import type { Visit } from '@/lib/demo/shop'
import { KnownError } from '@/lib/errors'
import { json } from '@/lib/http/answer'
import { isHttps } from '@/lib/http/origin'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'

/** The open door of the pretend shop: 404 where there is no demo, 429 for a client that asks too often. */
function find({ request, ip }: { request: NextRequest; ip: string | null }) {
  const { demo, now, settings } = getRuntime()
  if (demo === null) throw new KnownError('not-found', 'There is no demo here.')
  demo.throttle.requests.admit(ip ?? '')
  const id = request.cookies.get(demoCookieName)?.value ?? null
  const answer = (visit: Visit): DemoSession => ({
    ...visit,
    now: now(),
    hadSession: id !== null && visit.shopper === null,
  })
  const cookie = (newId: string | null) => ({ 'Set-Cookie': demoCookie(newId, isHttps(request.headers, settings)) })
  return { demo, id, answer, cookie }
}

/** The pretend shop: POST signs a shopper in, GET views (a poll only looks), PUT puts something into the basket, DELETE signs out. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: {
    open: true,
    find,
    run: async ({ found: { demo, id, answer }, isPoll }) =>
      answer(await (isPoll ? demo.shop.look(id) : demo.shop.view(id))),
  },
  POST: {
    open: true,
    find,
    body: DemoLogin,
    async run({ request, ip, body, found: { demo, id, answer, cookie } }) {
      demo.throttle.signIns.admit(ip ?? '')
      const userAgent = request.headers.get('user-agent')
      const { id: newId, ...visit } = await demo.shop.signIn({ id, name: body.name, ip, userAgent })
      return json(answer(visit), { headers: cookie(newId) })
    },
  },
  PUT: {
    open: true,
    find,
    body: DemoPurchase,
    run: async ({ found: { demo, id, answer }, body }) => answer(await demo.shop.buy(id, body.item)),
  },
  DELETE: {
    open: true,
    find,
    async run({ found: { demo, id, answer, cookie } }) {
      const left = { ...answer(await demo.shop.signOut(id)), hadSession: false }
      return json(left, { headers: cookie(null) })
    },
  },
})
