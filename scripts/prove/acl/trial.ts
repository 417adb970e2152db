import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { type Account, makeAccount, urlAs } from '@/e2e/support/accounts'
import { type ApiClient, type RollcallConsole, startConsole } from '@/e2e/support/console'
import { startRedis } from '@/e2e/support/redis'
import { putSpringSession } from '@/e2e/support/spring-sessions'
import type { JobAnswer, JobPreview } from '@/lib/contract/job'
import type { SessionDetail, SessionPage } from '@/lib/contract/session'
import type { SourceAnswer, SourceList } from '@/lib/contract/source'

/** What an account may take away, each as one tries it. */
export const features = [
  'strings are listed',
  'long strings are listed',
  'hashes are listed',
  'hashes of many fields are listed',
  'changes are told at once',
  'changes are found',
  'a page is read',
  'extend a string',
  'rewrite its times',
  'extend a hash',
  'rewrite its fields',
  'give an expiry',
  'revoke a string',
  'undo that',
  'revoke a hash',
  'undo that of a hash',
  'what stands beside it goes and comes',
  'a return is ended',
  'a new sign-in lives',
  'end many',
] as const
export type Feature = (typeof features)[number]

/** `off`: what did not work, with what the interface said to whoever tried, or null. `against`: what should not have been: a false answer, an error of ours. `source`: what the page *Sources* is told. */
export type Trial = {
  off: Map<Feature, string | null>
  against: string[]
  source: Pick<SourceAnswer, 'capabilities' | 'missing' | 'feed' | 'state' | 'trouble'>
  warnings: string[]
}

const matched = 'sess:,session:,spring:session:sessions:'
const hourMs = 3_600_000
/** Nobody takes back sooner what they did. */
const humanMs = 500
/** Of a time that was asked for after it was read; a key of Spring stands five minutes longer than its session, where that may be written. */
const toleranceMs = 6 * 60_000
const settleMs = 8_000
/** Of a session itself: a UUID alone. */
const springKey = /:sessions:[0-9a-f]{8}-[^:]+$/
const manyFields = 1_200
const longBytes = 100_000

/** Starts a console that reaches its Redis by this account, its own things by another, and tries everything once. */
export async function tryAccount(account: Account, database = 0): Promise<Trial> {
  const redis = await startRedis()
  const own = redis.client({ db: database })
  let rollcall: RollcallConsole | null = null
  try {
    await makeAccount(own, account)
    const keys = await seed(own)
    const url = `${redis.url}/${database}`
    const settings = { ROLLCALL_HOME_URL: redis.url, ROLLCALL_MATCH: matched, ROLLCALL_DEMO: 'off', LOG_LEVEL: 'info' }
    rollcall = await startConsole(urlAs(account, url), settings)
    return await tryAll(own, rollcall, keys)
  } finally {
    await rollcall?.stop()
    await redis.stop()
  }
}

type Keys = Awaited<ReturnType<typeof seed>>

/** Each session belongs to a person of its own, named as its key is called here. */
async function seed(own: Redis) {
  const id = () => randomBytes(12).toString('hex')
  const string = async (person: string, more: object = {}) => {
    const key = `sess:${id()}`
    const expires = new Date(Date.now() + hourMs).toISOString()
    const value = { cookie: { originalMaxAge: hourMs, expires, httpOnly: true, path: '/' }, userId: person, ...more }
    await own.set(key, JSON.stringify(value), 'PX', hourMs)
    return key
  }
  const hash = async (person: string) => {
    const key = `session:${id()}`
    await own.hset(key, { user_id: person, created_at: String(Date.now()), csrf: id() })
    await own.pexpire(key, hourMs)
    return key
  }
  const wide = `session:${id()}`
  await own.hset(wide, Object.fromEntries(Array.from({ length: manyFields }, (_, at) => [`field${at}`, 'x'])))
  const endless = `session:${id()}`
  await own.set(endless, JSON.stringify({ userId: 'endless' }))
  const [revoked, returning, again] = [
    await string('revoked'),
    await string('returning', { csrf: id() }),
    await hash('again'),
  ]
  return {
    ...{ revoked, returning, again, wide, endless },
    extended: await string('extended'),
    ended: await string('ended'),
    long: await string('long', { notes: 'A'.repeat(longBytes) }),
    hash: await hash('hash'),
    many: await Promise.all(Array.from({ length: 5 }, () => string('many'))),
    spring: String(await putSpringSession(own, 'spring-indexed', 'signed-in', Date.now())),
    reactive: String(await putSpringSession(own, 'spring-reactive', 'signed-in', Date.now())),
  }
}

async function tryAll(own: Redis, rollcall: RollcallConsole, keys: Keys): Promise<Trial> {
  const admin = await rollcall.as('admin')
  const off: Trial['off'] = new Map()
  const against: string[] = []
  const lacks = (feature: Feature, said: string | null) => void off.set(feature, said)
  const here = { admin, own, keys, lacks, against: (sentence: string) => void against.push(sentence) }
  await within(async () => (await listSources(admin)).every(({ state }) => state === 'live'))
  await tryList(here)
  await tryChanges(here)
  await tryExtends(here)
  await tryRevokes(here)
  await tryGuard(here)
  await tryMany(here)
  const sources = await listSources(admin)
  const source = sources.find(({ prefix }) => prefix === 'sess:')
  if (source === undefined) throw new Error('The source is not listed')
  for (const other of sources) {
    if (String(other.missing) !== String(source.missing)) against.push(`${other.prefix} misses other commands`)
  }
  const lines = rollcall.output().split('\n')
  for (const line of lines) {
    if (/"event":"request\.failed"|"level":"?(50|60|error|fatal)|Unhandled|^\s+at /.test(line))
      against.push(`it printed: ${line.slice(0, 300)}`)
  }
  const warnings = lines.flatMap((line) => /"level":"?(?:40|warn)"?.*?"event":"([^"]+)"/.exec(line)?.[1] ?? [])
  const { capabilities, missing, feed, state, trouble } = source
  return { off, against, source: { capabilities, missing, feed, state, trouble }, warnings: [...new Set(warnings)] }
}

type Here = {
  admin: ApiClient
  own: Redis
  keys: Keys
  lacks(feature: Feature, said: string | null): void
  against(sentence: string): void
}

async function tryList({ admin, lacks }: Here): Promise<void> {
  const people = async () => new Set((await listRows(admin)).map(({ principal }) => principal ?? ''))
  const wanted = ['revoked', 'returning', 'extended', 'ended', 'many', 'endless']
  await within(async () => (await people()).size >= 10)
  const seen = await people()
  if (!wanted.every((person) => seen.has(person))) lacks('strings are listed', null)
  if (!seen.has('long')) lacks('long strings are listed', null)
  if (!['hash', 'again', 'ann'].every((person) => seen.has(person))) lacks('hashes are listed', null)
  const wide = (await listRows(admin)).filter(({ source, principal }) => source === 'session' && principal === null)
  if (wide.length === 0) lacks('hashes of many fields are listed', null)
}

async function tryChanges({ admin, own, keys, lacks }: Here): Promise<void> {
  const found = async (person: string) => (await listRows(admin)).some(({ principal }) => principal === person)
  const key = `sess:${randomBytes(12).toString('hex')}`
  await own.set(key, JSON.stringify({ userId: 'late' }), 'PX', hourMs)
  await own.del(keys.ended)
  const isRight = async () => (await found('late')) && !(await found('ended'))
  const feed = (await listSources(admin))[0]?.feed
  if (feed !== 'tracking') lacks('changes are told at once', `changes: ${feed}`)
  if (!(await within(isRight))) lacks('changes are found', null)
}

async function tryExtends(here: Here): Promise<void> {
  const { admin, own, keys, lacks, against } = here
  await tryExtend(here, 'extended', [keys.extended], 'extend a string', 'rewrite its times')
  await tryExtend(here, 'ann', [keys.spring, keys.reactive], 'extend a hash', 'rewrite its fields')

  const order = { deed: 'give-expiry', byMs: hourMs, filter: { principal: ['endless'] } }
  const { job, said } = await runJob(admin, order)
  const hasEnd = (await own.pttl(keys.endless)) > 0
  if (!hasEnd) lacks('give an expiry', said)
  if ((job?.done === 1) !== hasEnd) against(`give-expiry: ${JSON.stringify(job)} and ${hasEnd}`)
}

/** Of a person's sessions one; which of these keys it has the list does not tell. */
async function tryExtend(
  { admin, own, lacks, against }: Here,
  person: string,
  keys: string[],
  extending: Feature,
  rewriting: Feature,
): Promise<void> {
  const row = await findRow(admin, person)
  if (row === null) return lacks(extending, null)
  const page = await admin.call('GET', `/api/sessions/${row.handle}`)
  const detail = page.ok ? ((await page.json()) as SessionDetail) : null
  if (detail === null || detail.payload === null) lacks('a page is read', page.ok ? null : await saidBy(page))
  const look = () =>
    Promise.all(keys.map(async (key) => ({ endsAt: await own.pexpiretime(key), text: await textOf(own, key) })))
  const before = await look()
  const answer = await admin.call('POST', `/api/sessions/${row.handle}/extension`, { byMs: hourMs })
  const said = (await answer.json()) as { outcome?: string; reason?: string; notReached?: string[]; detail?: string }
  const after = await look()
  const isLater = after.some(({ endsAt }, at) => endsAt >= (before[at]?.endsAt ?? 0) + hourMs - toleranceMs)
  const isRewritten = after.some(({ text }, at) => text !== before[at]?.text)
  if (said.outcome === 'done' && !isLater) against(`${extending}: it said done, and was not`)
  if (said.outcome !== 'done' && (isLater || isRewritten))
    against(`${extending}: it said ${said.outcome}, and was done`)
  if (said.outcome !== 'done') return lacks(extending, said.reason ?? said.detail ?? null)
  if (isRewritten) return
  lacks(rewriting, `not reached: ${said.notReached?.join(', ')}`)
  if (!said.notReached?.includes('app-timeout')) against(`${rewriting}: it was not done, and not said`)
}

async function tryRevokes(here: Here): Promise<void> {
  await tryRevoke(here, here.keys.revoked, 'revoke a string', 'undo that')
  await tryRevoke(here, here.keys.hash, 'revoke a hash', 'undo that of a hash')
  // Both of Spring belong to one person, and the list tells nobody's key.
  const rows = (await listRows(here.admin)).filter(({ principal }) => principal === 'ann')
  if (rows.length !== 2) here.lacks('revoke a hash', null)
  for (const { handle } of rows) await tryRevoke(here, null, 'revoke a hash', 'undo that of a hash', handle)
}

/** `key`: null: one of Spring's. */
async function tryRevoke(
  { admin, own, keys, lacks, against }: Here,
  key: string | null,
  revoking: Feature,
  undoing: Feature,
  known: string | null = null,
) {
  const isSpring = key === null
  const handle = known ?? (await findRow(admin, isSpring ? 'ann' : personOf(keys, key)))?.handle
  if (handle === undefined) return lacks(revoking, null)
  const before = await snapshot(own)
  const answer = await admin.call('DELETE', `/api/sessions/${handle}`)
  const said = (await answer.json()) as { outcome?: string; reason?: string; undoUntil?: number; detail?: string }
  const gone = await goneOf(own, before)
  const hasEnded = isSpring ? gone.some((name) => springKey.test(name)) : gone.includes(key)
  if ((said.outcome === 'done') !== hasEnded) against(`${revoking} said ${said.outcome}, and it had ended: ${hasEnded}`)
  if (said.outcome !== 'done') return lacks(revoking, said.reason ?? said.detail ?? null)
  const besideAndItself = gone.includes(keys.reactive) ? 5 : 4
  if (isSpring && gone.length < besideAndItself)
    lacks('what stands beside it goes and comes', `only ${gone.join(', ')}`)
  if (said.undoUntil === null) return lacks(undoing, 'no undo is offered')
  await wait(humanMs)
  const undone = await admin.call('POST', `/api/sessions/${handle}/restoration`)
  const saidThen = (await undone.json()) as { outcome?: string; reason?: string; detail?: string }
  const back = await snapshot(own)
  const missing = [...before].filter(([name, text]) => back.get(name) !== text).map(([name]) => name)
  const isBack = isSpring ? !missing.some((name) => springKey.test(name)) : missing.length === 0
  if ((saidThen.outcome === 'done') !== isBack)
    against(
      `${undoing}: it said ${saidThen.outcome}, and it is back: ${isBack}; ${JSON.stringify(missing.map((name) => [name, before.get(name), back.get(name)])).slice(0, 3000)}`,
    )
  if (saidThen.outcome !== 'done') return lacks(undoing, saidThen.reason ?? saidThen.detail ?? null)
  if (isSpring && missing.length > 0) lacks('what stands beside it goes and comes', `not back: ${missing.join(', ')}`)
}

/** A session that was ended is saved again by a request under way; then somebody signs in anew under the same key. */
async function tryGuard({ admin, own, keys, lacks, against }: Here): Promise<void> {
  for (const key of [keys.returning, keys.again]) {
    const row = await findRow(admin, personOf(keys, key))
    if (row === null) continue
    const copy = await own.dumpBuffer(key)
    const said = (await (await admin.call('DELETE', `/api/sessions/${row.handle}`)).json()) as { outcome?: string }
    if (said.outcome !== 'done' || copy === null) {
      lacks('a return is ended', null)
      continue
    }
    await own.restore(key, hourMs, copy)
    if (!(await within(async () => (await own.exists(key)) === 0))) lacks('a return is ended', null)
    if (key === keys.again)
      await own.hset(key, { user_id: 'somebody else', created_at: String(Date.now() + 1000), csrf: 'new' })
    else await own.set(key, JSON.stringify({ userId: 'somebody else', csrf: 'new' }), 'PX', hourMs)
    await within(async () => (await listRows(admin)).some(({ principal }) => principal === 'somebody else'), 3_000)
    if ((await own.exists(key)) === 0) {
      lacks('a new sign-in lives', null)
      against('a new sign-in under the same key was ended')
    }
    await own.del(key)
  }
}

async function tryMany({ admin, own, keys, lacks, against }: Here): Promise<void> {
  const { job, said } = await runJob(admin, { deed: 'revoke', filter: { principal: ['many'] } })
  const left = await own.exists(...keys.many)
  if (job === null || job.done !== 5) lacks('end many', said)
  if ((job?.done ?? 0) !== 5 - left) against(`a job said ${job?.done} done, and ${left} of 5 are left`)
}

async function runJob(admin: ApiClient, order: object): Promise<{ job: JobAnswer | null; said: string | null }> {
  const first = await admin.call('POST', '/api/jobs', { ...order, dryRun: true })
  if (!first.ok) return { job: null, said: await saidBy(first) }
  const { digest, total, unable } = (await first.json()) as JobPreview
  if (total === 0) return { job: null, said: null }
  const begun = await admin.call('POST', '/api/jobs', { ...order, digest })
  if (!begun.ok) return { job: null, said: await saidBy(begun) }
  const { job: id } = (await begun.json()) as { job: string }
  let job: JobAnswer | null = null
  await within(async () => {
    job = (await (await admin.call('GET', `/api/jobs/${id}`)).json()) as JobAnswer
    return job.state === 'done'
  })
  const report = await (await admin.call('GET', `/api/jobs/${id}/report?format=json`)).text()
  const reason = /"reason":"([^"]+)"/.exec(report)?.[1] ?? null
  return { job, said: reason ?? (unable > 0 ? `${unable} would be refused` : null) }
}

async function listSources(admin: ApiClient): Promise<SourceAnswer[]> {
  return ((await (await admin.call('GET', '/api/sources')).json()) as SourceList).sources
}

async function listRows(admin: ApiClient): Promise<SessionPage['rows']> {
  const answer = await admin.call('GET', '/api/sessions?size=500')
  return answer.ok ? ((await answer.json()) as SessionPage).rows : []
}

async function findRow(admin: ApiClient, person: string) {
  return (await listRows(admin)).find(({ principal }) => principal === person) ?? null
}

function personOf(keys: Keys, key: string): string {
  if (key === keys.spring || key === keys.reactive) return 'ann'
  return Object.entries(keys).find(([, one]) => one === key)?.[0] ?? ''
}

async function saidBy(answer: Response): Promise<string> {
  const { detail } = (await answer.json()) as { detail?: string }
  return `${answer.status} ${detail ?? ''}`
}

async function textOf(own: Redis, key: string): Promise<string | null> {
  if ((await own.type(key)) === 'hash') return JSON.stringify(await own.hgetall(key))
  return own.get(key)
}

/** Of all keys under the prefixes: what each holds, in a form that is the same for the same. */
async function snapshot(own: Redis): Promise<Map<string, string>> {
  const names = (await own.keys('s*')).sort()
  const texts = await Promise.all(
    names.map(async (name) => {
      const type = await own.type(name)
      if (type === 'hash') return JSON.stringify(Object.entries(await own.hgetall(name)).sort())
      if (type === 'set') return JSON.stringify((await own.smembers(name)).sort())
      if (type === 'zset') return JSON.stringify(await own.zrange(name, '0', '-1', 'WITHSCORES'))
      return own.get(name)
    }),
  )
  return new Map(names.map((name, at) => [name, texts[at] ?? '']))
}

/** What is no longer there, or was invalidated. */
async function goneOf(own: Redis, before: Map<string, string>): Promise<string[]> {
  const now = await snapshot(own)
  return [...before].filter(([name, text]) => now.get(name) !== text).map(([name]) => name)
}

/** Whether it comes true in time. */
async function within(claim: () => Promise<boolean>, withinMs = settleMs): Promise<boolean> {
  const endsAt = Date.now() + withinMs
  while (!(await claim())) {
    if (Date.now() > endsAt) return false
    await wait(50)
  }
  return true
}
