import { NextRequest } from 'next/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis, until } from '@/e2e/support/redis'
import type { Runtime } from '@/lib/runtime'

const token = 'a token for the scraper'
const canary = 'canary-7f3a'
let redis: RedisServer
let runtime: Runtime
let get: (request: NextRequest, context: { params: Promise<Record<string, string>> }) => Promise<Response>

beforeAll(async () => {
  redis = await startRedis()
  const { settings, faults } = (await import('./settings.mjs')).parseSettings(
    { REDIS_URL: redis.url, ROLLCALL_METRICS: 'on', ROLLCALL_METRICS_TOKEN: token, LOG_LEVEL: 'silent' },
    () => '',
  )
  expect(faults).toEqual([])
  Object.assign(process.env, { REDIS_URL: redis.url, LOG_LEVEL: 'silent' })
  Object.assign(process.env, { ROLLCALL_METRICS: 'on', ROLLCALL_METRICS_TOKEN: token })
  expect(settings?.metricsToken).toBe(token)
  runtime = (await import('@/lib/runtime')).getRuntime()
  get = (await import('@/app/metrics/route')).GET
  await until('the sources are live', () => runtime.freshness().state === 'live')
})
afterAll(async () => {
  await runtime?.close()
  await redis?.stop()
})

function ask(authorization: string | null = `Bearer ${token}`): Promise<Response> {
  const headers = authorization === null ? {} : { authorization }
  return get(new NextRequest('http://localhost:3000/metrics', { headers }), { params: Promise.resolve({}) })
}
const scrape = async () => (await ask()).text()

/** Every sample as its name, its labels and its value. */
function parse(text: string) {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      const pairs = [...labels.matchAll(/([a-z]+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, label, text]) => [label, text] as const,
      )
      return { line, name, labels: Object.fromEntries(pairs), value: Number(value) }
    })
}
const sampleOf = (text: string, name: string, labels: Record<string, string> = {}) =>
  parse(text).find(
    (sample) => sample.name === name && Object.entries(labels).every(([label, said]) => sample.labels[label] === said),
  )?.value

const kind = 'route method kind'
/** Every metric there is, with its labels: a new one is written here and in docs/metrics.md. */
const allowed: Record<string, string> = {
  rollcall_sessions: 'source format status',
  rollcall_sessions_arrived_total: '',
  rollcall_sessions_ended_total: 'cause',
  rollcall_sessions_came_back_total: '',
  rollcall_guarded_sessions: '',
  rollcall_guard_returns_total: '',
  rollcall_source_state: 'source state',
  rollcall_source_age_seconds: 'source',
  rollcall_source_feed: 'source feed',
  rollcall_source_skipped_keys: 'source',
  rollcall_source_capped_sessions: 'source',
  rollcall_drift_total: 'source',
  rollcall_scans_total: 'source outcome',
  rollcall_scan_seconds_total: 'source',
  rollcall_scan_keys_total: 'source',
  rollcall_http_requests_total: `${kind} status`,
  rollcall_http_request_duration_seconds_bucket: `${kind} le`,
  rollcall_http_request_duration_seconds_sum: kind,
  rollcall_http_request_duration_seconds_count: kind,
  rollcall_redis_up: 'redis',
  rollcall_redis_commands_total: 'redis command outcome',
  rollcall_redis_answer_duration_seconds_bucket: 'redis le',
  rollcall_redis_answer_duration_seconds_sum: 'redis',
  rollcall_redis_answer_duration_seconds_count: 'redis',
  rollcall_deeds_total: 'deed outcome',
  rollcall_audit_lost_total: '',
  rollcall_jobs: 'state',
  rollcall_job_sessions_total: 'deed outcome',
  rollcall_event_loop_delay_seconds_bucket: 'le',
  rollcall_event_loop_delay_seconds_sum: '',
  rollcall_event_loop_delay_seconds_count: '',
  rollcall_build_info: 'version node',
  process_start_time_seconds: '',
  process_cpu_seconds_total: '',
  process_resident_memory_bytes: '',
}

test('is 401 without the token, with another one, and with a part of it', async () => {
  for (const wrong of [null, '', 'Bearer', `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, `Basic ${token}`]) {
    const answer = await ask(wrong)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="metrics"'])
    expect(await answer.text()).not.toContain('rollcall_')
  }
  const answer = await ask()
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
})

test('is 404 unless it is switched on, whatever token comes', async () => {
  runtime.settings.hasMetrics = false
  expect((await ask()).status).toBe(404)
  runtime.settings.hasMetrics = true
})

test('counts the sessions, what came and went, and has only metrics and labels that are documented', async () => {
  const client = redis.client()
  await client.set(`sess:${canary}-id`, `{"userId":"${canary}-person"}`, 'PX', 3_600_000)
  await client.set('sess:b', `{"userId":"${canary}-person"}`)
  await client.set('session:c', `unreadable ${canary}`)
  await until('all are there', () => runtime.roster.count() === 3)
  await client.unlink('sess:b')
  await until('one went', () => runtime.roster.count() === 2)
  const { audit } = runtime
  const entry = { deed: 'session.revoke', admin: `${canary}-admin`, handle: `${canary}-handle` } as const
  const rest = { principal: canary, reason: canary, requestId: canary, ip: canary }
  await audit.write({ phase: 'outcome', outcome: 'done', ...entry, ...rest })
  const nowhere = new NextRequest(`http://localhost:3000/api/sessions/${canary}/no/${canary}`)
  await get(nowhere, { params: Promise.resolve({}) })

  await until('the loop was looked at', async () =>
    (await scrape()).includes('rollcall_event_loop_delay_seconds_count'),
  )
  const text = await scrape()
  expect(sampleOf(text, 'rollcall_sessions', { source: 'sess', format: 'plain', status: 'active' })).toBe(1)
  expect(sampleOf(text, 'rollcall_sessions', { source: 'session', status: 'unreadable' })).toBe(1)
  expect(sampleOf(text, 'rollcall_sessions_arrived_total')).toBe(3)
  expect(sampleOf(text, 'rollcall_sessions_ended_total', { cause: 'ended' })).toBe(1)
  expect(sampleOf(text, 'rollcall_source_state', { source: 'sess', state: 'live' })).toBe(1)
  expect(sampleOf(text, 'rollcall_source_state', { source: 'sess', state: 'stale' })).toBe(0)
  expect(sampleOf(text, 'rollcall_source_age_seconds', { source: 'sess' })).toBeLessThan(3)
  expect(sampleOf(text, 'rollcall_source_feed', { source: 'sess', feed: 'tracking' })).toBe(1)
  expect(sampleOf(text, 'rollcall_scans_total', { source: 'sess', outcome: 'complete' })).toBeGreaterThan(0)
  expect(sampleOf(text, 'rollcall_http_requests_total', { route: '/metrics', status: '401' })).toBe(6)
  expect(sampleOf(text, 'rollcall_http_requests_total', { route: 'other' })).toBe(1)
  expect(sampleOf(text, 'rollcall_redis_commands_total', { command: 'scan', outcome: 'ok' })).toBeGreaterThan(0)
  expect(sampleOf(text, 'rollcall_deeds_total', { deed: 'session.revoke', outcome: 'done' })).toBe(1)
  expect(sampleOf(text, 'rollcall_redis_up', { redis: 'source-db0' })).toBe(1)

  expect(text).not.toContain(canary)
  const seen = new Set<string>()
  for (const { line, name, labels, value } of parse(text)) {
    expect(allowed[name], line).toBe(Object.keys(labels).join(' '))
    expect(Number.isFinite(value), line).toBe(true)
    seen.add(name)
  }
  // A job is the one thing that this process has not done.
  expect(Object.keys(allowed).filter((name) => !seen.has(name))).toEqual(['rollcall_job_sessions_total'])
})

test('every histogram grows from bucket to bucket up to its count', async () => {
  const samples = parse(await scrape())
  const buckets = samples.filter(({ name }) => name.endsWith('_bucket'))
  for (const [index, { name, labels, value, line }] of buckets.entries()) {
    const { le, ...own } = labels
    const next = buckets[index + 1]
    if (le !== '+Inf') expect(next?.value, line).toBeGreaterThanOrEqual(value)
    else expect(sampleOf(await scrape(), name.replace('_bucket', '_count'), own)).toBeGreaterThanOrEqual(value)
  }
})

test('a scrape at 100,000 sessions sends Redis nothing, and takes one pass when they changed and none when not', async () => {
  const count = 100_000
  const client = redis.client()
  for (let at = 0; at < count; at += 10_000) {
    const pipeline = client.pipeline()
    for (let index = at; index < at + 10_000; index += 1) {
      pipeline.set(`sess:n${index}`, `{"userId":"p${index % 20_000}"}`, 'PX', 3_600_000)
    }
    await pipeline.exec()
  }
  await until('all are there', () => runtime.roster.count() >= count, 15_000)
  await until('nothing changes any more', async () => {
    const version = runtime.roster.version()
    await scrape()
    await new Promise((done) => setTimeout(done, 150))
    return runtime.roster.version() === version
  })
  const commands = () =>
    runtime.sites
      .map(({ connection }) => connection)
      .flatMap((connection) =>
        connection.counts().commands.filter(({ names }) => !['ping', 'time', 'info'].includes(names[0] ?? '')),
      )
      .reduce((sum, set) => sum + set.count, 0)
  const before = commands()
  const scrapes = []
  for (let round = 0; round < 20; round += 1) {
    const startedAt = performance.now()
    await scrape()
    scrapes.push(performance.now() - startedAt)
  }
  runtime.roster.drop('sess', Buffer.from('sess:n0'), { cause: 'ended', at: runtime.now() })
  runtime.roster.publish()
  const startedAt = performance.now()
  const text = await scrape()
  const afterChangeMs = performance.now() - startedAt
  expect(commands()).toBe(before)
  const usualMs = scrapes.sort((a, b) => a - b)[10] ?? 0
  console.log(
    `A scrape at ${count} sessions: ${usualMs.toFixed(1)} ms, after a change ${afterChangeMs.toFixed(1)} ms, ${text.length} bytes`,
  )
  expect(usualMs).toBeLessThan(50)
  expect(afterChangeMs).toBeLessThan(200)
  expect(text.length).toBeLessThan(200_000)
}, 60_000)
