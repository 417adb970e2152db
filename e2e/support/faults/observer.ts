import { setTimeout as wait } from 'node:timers/promises'
import type { RollcallConsole } from '../console'
import { people } from '../console'

/** One answer of the list: what it claims and when. Times are of `performance.now()`. */
export type Frame = { askedAt: number; answeredAt: number; state: string; total: number }

export type Call = { what: string; status: number | null; tookMs: number; text: string }

export type Observer = {
  frames: Frame[]
  /** Every call that ended, and with what; `status` null: no answer within `hangMs`. */
  calls: Call[]
  /** One call outside the round, timed like the others. */
  call(method: string, path: string, body?: unknown): Promise<Call>
  /** The list, whole or the head of it; null where there is none now. */
  list(page?: number): Promise<ListAnswer | null>
  stop(): Promise<void>
}

export type ListAnswer = {
  total: number
  freshness: { state: string }
  rows: { handle: string; principal: string | null; expiresAt: number | null }[]
}

/** Beyond the promised five seconds, so that what hangs is told from what is late. */
const hangMs = 10_000
const pageSize = 500

/** What else is asked, one of them each half second: every page's read, and both health answers. */
const others: [string, string, unknown?][] = [
  ['GET', '/healthz'],
  ['GET', '/api/users?size=20'],
  ['GET', '/readyz'],
  ['POST', '/api/sessions/search', { q: 'person 1', size: 20 }],
  ['GET', '/api/sources'],
  ['GET', '/api/overview'],
  ['GET', '/api/me'],
  ['GET', '/api/audit?size=5'],
  ['GET', '/api/findings'],
  ['GET', '/api/jobs'],
]

/** Asks for everything once, deeds too: what is asked for the first time waits for its code, and on a busy machine that takes seconds of its own. */
export async function askEach(rollcall: RollcallConsole): Promise<void> {
  const admin = await rollcall.as('admin')
  const deeds: typeof others = [
    ['DELETE', '/api/sessions/none'],
    ['POST', '/api/sessions/none/extension', { byMs: 1 }],
  ]
  for (const [method, path, body] of [...others, ...deeds]) await (await admin.call(method, path, body)).text()
}

/**
 * Asks one console for its list ten times a second, and for everything else in turn, until it is stopped. `alter` changes what is seen before it is judged: a control has it lie.
 * `perSecond`: as many more of the list, for load.
 */
export function observe(
  rollcall: RollcallConsole,
  {
    alter = (page: ListAnswer) => page,
    perSecond = 10,
  }: { alter?: (page: ListAnswer) => ListAnswer; perSecond?: number } = {},
): Observer {
  const frames: Frame[] = []
  const calls: Call[] = []
  const underWay = new Set<Promise<unknown>>()
  let cookie: Promise<string> | null = null
  let isStopped = false

  /** Again where the console's own sessions were lost with everything else; an empty text while nobody can sign in. */
  function signIn(): Promise<string> {
    cookie ??= send('POST', '/api/login', people.admin, '').then(({ answer }) => {
      const given = answer?.headers.get('set-cookie')?.split(';')[0]
      if (!given) cookie = null
      return given ?? ''
    })
    return cookie
  }

  async function send(method: string, path: string, body: unknown, sent: string) {
    const askedAt = performance.now()
    let answer: Response | null = null
    let text = ''
    try {
      answer = await fetch(`${rollcall.origin}${path}`, {
        method,
        signal: AbortSignal.timeout(hangMs),
        headers: {
          ...(sent ? { Cookie: sent } : {}),
          ...(method === 'GET' ? {} : { 'Sec-Fetch-Site': 'same-origin' }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      text = await answer.text()
    } catch (error) {
      answer = null
      text = String(error)
    }
    const call: Call = {
      what: `${method} ${path.replace(/\/api\/sessions\/[\w.~-]{20,}/, '/api/sessions/…')}`,
      status: answer?.status ?? null,
      tookMs: performance.now() - askedAt,
      text,
    }
    calls.push(call)
    return { answer, call, askedAt }
  }

  async function call(method: string, path: string, body?: unknown): Promise<Call> {
    const own = await signIn()
    const { call: told } = await send(method, path, body, own)
    if (told.status === 401 && own !== '') cookie = null
    return told
  }

  async function list(page = 0): Promise<ListAnswer | null> {
    const askedAt = performance.now()
    const path = page === 0 ? '/api/sessions?size=1' : `/api/sessions?size=${pageSize}&page=${page}&sort=expiresAt`
    const { status, text } = await call('GET', path)
    if (status !== 200) return null
    const answer = alter(JSON.parse(text) as ListAnswer)
    frames.push({ askedAt, answeredAt: performance.now(), state: answer.freshness.state, total: answer.total })
    return answer
  }

  function keep(work: Promise<unknown>) {
    underWay.add(work)
    work.finally(() => underWay.delete(work))
  }

  async function run() {
    for (let round = 0; !isStopped; round += 1) {
      // A round does not wait for the answers of the one before.
      keep(list())
      const [method, path, body] = others[Math.floor(round / 5) % others.length] ?? ['GET', '/healthz']
      if (round % 5 === 0) keep(call(method, path, body))
      await wait(1000 / perSecond)
    }
    await Promise.all(underWay)
  }
  const running = run()

  return {
    frames,
    calls,
    call,
    list,
    async stop() {
      isStopped = true
      await running
    },
  }
}
