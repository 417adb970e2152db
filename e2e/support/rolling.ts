import { setTimeout as wait } from 'node:timers/promises'
import { type RollcallConsole, startConsole } from './console'
import { checkDeeds, type DoneDeed, doDeed, type Subject } from './faults/deeds'
import { type ListAnswer, observe } from './faults/observer'
import { consoleSettings, saveSessions, waitForSessions } from './faults/site'
import { readEnds } from './faults/truth'
import { startRedis } from './redis'
import { startBalancer } from './restart-balancer'

const deedEveryMs = 100
const pageSize = 500

export type Rolled = {
  restarts: number
  requests: number
  /** What was not answered, or with an error of a server. */
  lost: string[]
  retried: number
  deeds: number
  wrongDeeds: string[]
  /** Deeds in the audit whose end nobody wrote down. */
  openDeeds: number
  worstMs: number
}

/** Restarts two replicas in turn, so many times in all, while so many requests a second come through a balancer, among them ten deeds a second. */
export async function rollRestarts(restarts: number, perSecond: number): Promise<Rolled> {
  const redis = await startRedis()
  const client = redis.client()
  const sessions = Math.max(1000, restarts * 100)
  await saveSessions(client, 0, sessions)
  const start = () =>
    startConsole(redis.url, { ...consoleSettings, ROLLCALL_SECRET: 'a secret that both replicas share, for tests' })
  const replicas = await Promise.all([start(), start()])
  const outputs: string[] = []
  await Promise.all(replicas.map((replica) => waitForSessions(replica, sessions)))
  const balancer = await startBalancer(replicas.map(({ origin }) => origin))
  const through: RollcallConsole = { ...replicas[0], origin: balancer.origin } as RollcallConsole
  const observer = observe(through, { perSecond })
  const deeds: Promise<DoneDeed>[] = []
  let isOver = false
  try {
    const subjects = await listSubjects(observer, sessions, client)
    const working = (async () => {
      for (const [at, subject] of subjects.entries()) {
        if (isOver) return
        deeds.push(doDeed(observer, at % 2 === 0 ? 'revoke' : 'extend', subject))
        await wait(deedEveryMs)
      }
    })()
    for (let restart = 0; restart < restarts; restart += 1) {
      const index = restart % replicas.length
      await replicas[index]?.stop()
      outputs.push(replicas[index]?.output() ?? '')
      const next = await start()
      replicas[index] = next
      balancer.use(index, next.origin)
      // The other goes only when this one has taken over its share.
      await wait(500)
    }
    isOver = true
    await working
    const done = await Promise.all(deeds)
    await observer.stop()
    const { calls } = observer
    const lost = calls.filter(({ status }) => status === null || status >= 500)
    return {
      restarts,
      requests: calls.length,
      lost: lost.map(({ what, status, text }) => `${what}: ${status} ${text.slice(0, 120)}`),
      retried: balancer.retried(),
      deeds: done.length,
      wrongDeeds: await checkDeeds(client, done, false),
      openDeeds: countOpen([...outputs, ...replicas.map((replica) => replica.output())].join('')),
      worstMs: Math.max(...calls.map(({ tookMs }) => tookMs)),
    }
  } finally {
    isOver = true
    await observer.stop()
    await balancer.stop()
    await Promise.all(replicas.map((replica) => replica.stop()))
    await redis.stop()
  }
}

async function listSubjects(
  observer: ReturnType<typeof observe>,
  sessions: number,
  client: Parameters<typeof readEnds>[0],
): Promise<Subject[]> {
  const rows: ListAnswer['rows'] = []
  for (let page = 1; rows.length < sessions; page += 1) {
    const { text } = await observer.call('GET', `/api/sessions?size=${pageSize}&page=${page}&sort=handle`)
    const { rows: more } = JSON.parse(text) as ListAnswer
    if (more.length === 0) break
    rows.push(...more)
  }
  const ends = await readEnds(
    client,
    rows.map(({ principal }) => Number(principal)),
  )
  return rows.map(({ handle, principal }) => ({
    ...{ handle, index: Number(principal) },
    endsAt: ends.get(Number(principal)) ?? null,
  }))
}

/** Deeds that have an intent and no outcome among the lines of the audit. */
function countOpen(output: string): number {
  const open = new Set<string>()
  for (const line of output.split('\n')) {
    if (!line.includes('"phase"') || !line.endsWith('}')) continue
    const { phase, deed, requestId } = JSON.parse(line) as { phase?: string; deed?: string; requestId?: string }
    if (!deed?.startsWith('session.') || requestId === undefined) continue
    if (phase === 'intent') open.add(requestId)
    else open.delete(requestId)
  }
  return open.size
}
