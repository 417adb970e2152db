import { expect, test } from '@playwright/test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { FactorOffer, RecoveryCodes } from '@/lib/contract/account'
import { AdminSaved } from '@/lib/contract/admin'
import { ConsoleSessionList } from '@/lib/contract/console-session'
import { JobPreview } from '@/lib/contract/job'
import { operations } from '@/lib/contract/operations'
import { SessionPage } from '@/lib/contract/session'
import { SavedView } from '@/lib/contract/view'
import { readAuthenticator } from './support/authenticator'
import {
  type ApiClient,
  people,
  type RollcallConsole,
  signInTo,
  startConsole,
  type Who,
  waitUntil,
} from './support/console'
import { askRaw } from './support/raw'
import { freePort, type RedisServer, startRedis } from './support/redis'

type Json = { [name: string]: unknown }
type Said = { responses: Record<string, { content?: Record<string, { schema?: Json }> }>; security?: unknown[] }

const token = 'a token for the scraper'
let redis: RedisServer
let rollcall: RollcallConsole
let judge: (key: string, answer: Response) => Promise<string | null>

test.beforeAll(async () => {
  redis = await startRedis()
  const port = await freePort()
  rollcall = await startConsole(redis.url, {
    ...{ PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` },
    ...{ ROLLCALL_METRICS: 'on', ROLLCALL_METRICS_TOKEN: token, ROLLCALL_DEMO: 'on' },
    // Nobody is there: a sign-in that is begun leads back with a refusal.
    ...{ ROLLCALL_OIDC_ISSUER: 'http://127.0.0.1:1', ROLLCALL_OIDC_CLIENT_ID: 'rollcall' },
    ...{ ROLLCALL_OIDC_CLIENT_SECRET: 'the secret of this client', ROLLCALL_OIDC_ROLES: 'admins=admin' },
    ...{ ROLLCALL_PROXY_USER_HEADER: 'X-Proxy-User', ROLLCALL_PROXY_ROLE: 'viewer', ROLLCALL_PROXY_PEERS: '127.0.0.1' },
  })
  judge = await makeJudge(await rollcall.as('viewer'))
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

/** What is wrong with an answer, by the document that this server serves; null where nothing is. Here an answer has not one field more than the document says. */
async function makeJudge(reader: ApiClient): Promise<typeof judge> {
  const document = await (await reader.call('GET', '/api/openapi.json')).json()
  const { paths, components } = closed(document) as { paths: Record<string, Record<string, Said>>; components: Json }
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  return async (key, answer) => {
    const [method = '', path = ''] = key.split(' ')
    const said = paths[path]?.[method.toLowerCase()]?.responses[String(answer.status)]
    if (said === undefined) return `${key}: nothing is said of ${answer.status}`
    const text = await answer.text()
    if (said.content === undefined) return text === '' ? null : `${key}: ${answer.status} should have no body`
    const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
    const content = said.content[type]
    if (content === undefined) return `${key}: ${answer.status} is ${type}`
    if (content.schema === undefined) return null
    const validate = ajv.compile({ ...content.schema, components })
    return validate(JSON.parse(text)) ? null : `${key}: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`
  }
}

/** Closes every object that has named properties. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]))
  return 'properties' in inner && inner.type === 'object' ? { additionalProperties: false, ...inner } : inner
}

const pathOf = (key: string) => key.split(' ')[1] ?? ''
const methodOf = (key: string) => key.split(' ')[0] ?? ''

/** Checked like all others, for each person that asks. */
async function ask(
  key: string,
  who: Who = 'admin',
  path = pathOf(key),
  body?: unknown,
  headers?: Record<string, string>,
) {
  const answer = await (await rollcall.as(who)).call(methodOf(key), path, body, headers)
  expect(await judge(key, answer.clone())).toBeNull()
  return answer
}

/** Goes there as a browser does that was led there; where it is led on to is not followed. */
async function arrive(path: string): Promise<Response> {
  const headers = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
  const answer = await askRaw(rollcall.origin, path, { headers })
  return new Response(null, { status: answer.status, headers: answer.headers })
}

async function freshHandle(name: string): Promise<string> {
  await redis
    .client()
    .setex(`sess:${name}`, 600, JSON.stringify({ userId: name, name: 'Alice', token: 'x', card: '4111' }))
  const admin = await rollcall.as('admin')
  let handle = ''
  await waitUntil(async () => {
    const page = SessionPage.parse(
      await (await admin.call('POST', '/api/sessions/search', { principal: [name] })).json(),
    )
    handle = page.rows[0]?.handle ?? ''
    return handle !== ''
  }, 3000)
  return handle
}

async function freshJob(name: string, count = 1): Promise<string> {
  await freshHandle(name)
  const pipeline = redis.client().pipeline()
  for (let index = 1; index < count; index += 1) pipeline.setex(`sess:${name}-${index}`, 600, `{"userId":"${name}"}`)
  await pipeline.exec()
  const order = { deed: 'revoke', filter: { principal: [name] } }
  let preview: JobPreview | null = null
  await waitUntil(async () => {
    preview = JobPreview.parse(
      await (await ask('POST /api/jobs', 'admin', '/api/jobs', { ...order, dryRun: true })).json(),
    )
    return preview.total === count
  }, 5000)
  const { digest } = JobPreview.parse(preview)
  const started = await ask('POST /api/jobs', 'admin', '/api/jobs', { ...order, digest })
  expect(started.status).toBe(202)
  return (await started.json()).job
}

/** An admin made for one test, and calls in their name, checked like all others. */
async function freshAdmin(name: string) {
  const made = await (await rollcall.as('admin')).call('POST', '/api/admins', { name, role: 'viewer' })
  const { admin, password } = AdminSaved.parse(await made.json())
  const theirs = await signInTo(rollcall.origin, { username: name, password: password ?? '' })
  const call = async (key: string, body?: unknown) => {
    const answer = await theirs.call(methodOf(key), pathOf(key), body)
    expect(await judge(key, answer.clone())).toBeNull()
    return answer
  }
  return { admin: admin.admin, password, call }
}

async function enrolled(name: string) {
  const made = await freshAdmin(name)
  const offer = FactorOffer.parse(
    await (await made.call('POST /api/account/factor', { password: made.password })).json(),
  )
  const { enrolment, secret } = offer
  const key = 'PUT /api/account/factor'
  expect((await made.call(key, { enrolment, code: '000000' })).status).toBe(422)
  const answer = await made.call(key, { enrolment, code: readAuthenticator(secret) })
  return { ...made, answer }
}

const restored = (handle: string) => `/api/sessions/${handle}/restoration`

/**
 * How each operation is called so that it succeeds; those without a line are GETs that need nothing. A line gives the answer, for it to be judged.
 */
const calls: Record<string, () => Promise<Response>> = {
  'POST /api/login': () =>
    fetch(`${rollcall.origin}/api/login`, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' },
      body: JSON.stringify(people.viewer),
    }),
  'DELETE /api/login': () =>
    fetch(`${rollcall.origin}/api/login`, { method: 'DELETE', headers: { 'Sec-Fetch-Site': 'same-origin' } }),
  'GET /api/login/openid': () => arrive('/api/login/openid'),
  'GET /api/login/openid/callback': () => arrive('/api/login/openid/callback?code=x&state=y'),
  'POST /api/login/proxy': () =>
    fetch(`${rollcall.origin}/api/login/proxy`, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin', 'X-Proxy-User': 'vera.proxy' },
    }),
  'POST /api/sessions/search': () => ask('POST /api/sessions/search', 'viewer', '/api/sessions/search', { q: 'a' }),
  'GET /api/sessions/{handle}': async () =>
    ask('GET /api/sessions/{handle}', 'admin', `/api/sessions/${await freshHandle('shown')}`),
  'DELETE /api/sessions/{handle}': async () =>
    ask('DELETE /api/sessions/{handle}', 'operator', `/api/sessions/${await freshHandle('ended')}`),
  'POST /api/sessions/{handle}/reveal': async () => {
    const path = `/api/sessions/${await freshHandle('revealed')}/reveal`
    return ask('POST /api/sessions/{handle}/reveal', 'admin', path, { pointer: '/card' })
  },
  'POST /api/sessions/{handle}/restoration': async () => {
    const handle = await freshHandle('restored')
    await ask('DELETE /api/sessions/{handle}', 'operator', `/api/sessions/${handle}`)
    const key = 'POST /api/sessions/{handle}/restoration'
    const answer = await ask(key, 'operator', restored(handle))
    expect((await ask(key, 'operator', restored(handle))).status).toBe(410)
    return answer
  },
  'POST /api/sessions/{handle}/extension': async () =>
    ask('POST /api/sessions/{handle}/extension', 'admin', `/api/sessions/${await freshHandle('longer')}/extension`, {
      byMs: 60_000,
    }),
  'GET /api/sessions/{handle}/history': async () =>
    ask('GET /api/sessions/{handle}/history', 'admin', `/api/sessions/${await freshHandle('told')}/history`),
  'POST /api/users/search': () => ask('POST /api/users/search', 'viewer', '/api/users/search', { q: 'a' }),
  'POST /api/views': () => ask('POST /api/views', 'viewer', '/api/views', { name: 'mine', search: 'user:alice' }),
  'DELETE /api/views/{view}': async () => {
    const saved = await ask('POST /api/views', 'viewer', '/api/views', { name: 'gone soon' })
    const { view } = SavedView.parse(await saved.json())
    return ask('DELETE /api/views/{view}', 'viewer', `/api/views/${view}`)
  },
  'POST /api/audit/search': () => ask('POST /api/audit/search', 'admin', '/api/audit/search', { q: 'revoke' }),
  'POST /api/findings/{finding}/snooze': () => snooze(),
  'DELETE /api/findings/{finding}/snooze': async () => {
    await snooze()
    return ask('DELETE /api/findings/{finding}/snooze', 'operator', '/api/findings/no-expiry/snooze')
  },
  'POST /api/sources': async () => {
    const choice = { prefix: 'elsewhere:', choice: 'exclude' }
    return ask('POST /api/sources', 'admin', '/api/sources', choice)
  },
  'POST /api/tokens': async () => {
    const order = { name: 'made', role: 'viewer', expiresInMs: 86_400_000 }
    const answer = await ask('POST /api/tokens', 'admin', '/api/tokens', order)
    expect((await ask('POST /api/tokens', 'admin', '/api/tokens', order)).status).toBe(409)
    await ask('GET /api/tokens')
    return answer
  },
  'DELETE /api/tokens/{token}': async () => {
    await ask('POST /api/tokens', 'admin', '/api/tokens', { name: 'gone', role: 'viewer', expiresInMs: 86_400_000 })
    return ask('DELETE /api/tokens/{token}', 'admin', '/api/tokens/gone')
  },
  'DELETE /api/console-sessions/{handle}': async () => {
    const answer = await ask('GET /api/console-sessions')
    const own = ConsoleSessionList.parse(await answer.json()).rows.find(({ isYou }) => isYou)
    return ask('DELETE /api/console-sessions/{handle}', 'admin', `/api/console-sessions/${own?.handle}`)
  },
  'POST /api/admins': async () => {
    const answer = await ask('POST /api/admins', 'admin', '/api/admins', { name: 'made', role: 'viewer' })
    expect((await ask('POST /api/admins', 'admin', '/api/admins', { name: 'Made', role: 'viewer' })).status).toBe(409)
    const weak = { name: 'other', role: 'viewer', password: 'passwordpassword' }
    expect((await ask('POST /api/admins', 'admin', '/api/admins', weak)).status).toBe(422)
    await ask('GET /api/admins')
    return answer
  },
  'PATCH /api/admins/{admin}': async () => {
    const path = `/api/admins/${(await freshAdmin('changed')).admin}`
    return ask('PATCH /api/admins/{admin}', 'admin', path, { isDisabled: true, password: null })
  },
  'DELETE /api/admins/{admin}': async () =>
    ask('DELETE /api/admins/{admin}', 'admin', `/api/admins/${(await freshAdmin('removed')).admin}`),
  'DELETE /api/admins/{admin}/factor': async () =>
    ask('DELETE /api/admins/{admin}/factor', 'admin', `/api/admins/${(await freshAdmin('reset')).admin}/factor`),
  'PUT /api/account/password': async () => {
    const { call, password } = await freshAdmin('chooser')
    const key = 'PUT /api/account/password'
    expect((await call(key, { password: 'not the password', newPassword: 'maple tuba ladder fog' })).status).toBe(403)
    return call(key, { password, newPassword: 'maple tuba ladder fog' })
  },
  'POST /api/account/factor': async () => {
    const { call, password } = await freshAdmin('offered')
    return call('POST /api/account/factor', { password })
  },
  'PUT /api/account/factor': async () => (await enrolled('enrolled')).answer,
  'POST /api/account/factor/removal': async () => {
    const { call, password, answer } = await enrolled('unenrolled')
    const { recoveryCodes } = RecoveryCodes.parse(await answer.json())
    await call('GET /api/account')
    return call('POST /api/account/factor/removal', { password, code: recoveryCodes[0] })
  },
  'DELETE /api/account/sessions': async () => {
    const { call } = await freshAdmin('several')
    return call('DELETE /api/account/sessions')
  },
  'POST /api/jobs': async () => {
    await freshJob('bulk')
    const taken = { deed: 'revoke', filter: {}, digest: 'no such digest' }
    expect((await ask('POST /api/jobs', 'admin', '/api/jobs', taken)).status).toBe(409)
    return ask('POST /api/jobs', 'admin', '/api/jobs', {
      deed: 'revoke',
      filter: { principal: ['nobody'] },
      dryRun: true,
    })
  },
  'GET /api/jobs/{job}': async () => ask('GET /api/jobs/{job}', 'viewer', `/api/jobs/${await freshJob('looked')}`),
  'DELETE /api/jobs/{job}': async () =>
    ask('DELETE /api/jobs/{job}', 'admin', `/api/jobs/${await freshJob('stopped')}`),
  'POST /api/jobs/{job}/resumption': async () => {
    const job = await freshJob('resumed', 3000)
    await ask('DELETE /api/jobs/{job}', 'admin', `/api/jobs/${job}`)
    const admin = await rollcall.as('admin')
    const stateOf = async () => (await (await admin.call('GET', `/api/jobs/${job}`)).json()).state
    await waitUntil(async () => (await stateOf()) === 'stopped', 5000)
    const key = 'POST /api/jobs/{job}/resumption'
    const answer = await ask(key, 'admin', `/api/jobs/${job}/resumption`)
    expect((await ask(key, 'admin', `/api/jobs/${job}/resumption`)).status).toBe(409)
    return answer
  },
  'POST /api/jobs/{job}/restoration': async () => {
    const job = await freshJob('undone')
    const admin = await rollcall.as('admin')
    const read = async () => (await admin.call('GET', `/api/jobs/${job}`)).json()
    await waitUntil(async () => (await read()).undoUntil !== null, 5000)
    const key = 'POST /api/jobs/{job}/restoration'
    const answer = await ask(key, 'admin', `/api/jobs/${job}/restoration`)
    expect((await ask(key, 'admin', `/api/jobs/${job}/restoration`)).status).toBe(410)
    return answer
  },
  'GET /api/jobs/{job}/report': async () => {
    const path = `/api/jobs/${await freshJob('reported')}/report`
    await ask('GET /api/jobs/{job}/report', 'operator', path)
    return ask('GET /api/jobs/{job}/report', 'operator', `${path}?format=json`)
  },
  'GET /api/audit/export': async () => {
    await ask('GET /api/audit/export', 'admin')
    return ask('GET /api/audit/export', 'admin', '/api/audit/export?format=json')
  },
  'GET /metrics': async () => {
    expect((await ask('GET /metrics')).status).toBe(401)
    return ask('GET /metrics', 'admin', '/metrics', undefined, { Authorization: `Bearer ${token}` })
  },
  'POST /api/demo': () => ask('POST /api/demo', 'admin', '/api/demo', { name: 'Alice' }),
  'PUT /api/demo': () => ask('PUT /api/demo', 'admin', '/api/demo', { item: 'tomatoes' }),
  'DELETE /api/demo': () => ask('DELETE /api/demo'),
}

for (const [key, operation] of Object.entries(operations)) {
  test(`${key} answers what the document says, also when it refuses`, async () => {
    const answer = await (calls[key] ?? (() => ask(key)))()
    expect(answer.ok || answer.status === 303, `${answer.status}`).toBe(true)
    if (!answer.bodyUsed) expect(await judge(key, answer.clone())).toBeNull()

    const path = pathOf(key).replace(/\{\w+\}/g, 'AAAA')
    const statuses: number[] = []
    const refusal = async (who: Who | null, query = '', body?: unknown, headers: Record<string, string> = {}) => {
      const call = { method: methodOf(key), headers }
      const given =
        who === null
          ? await fetch(`${rollcall.origin}${path}${query}`, call)
          : await ask(key, who, `${path}${query}`, body, headers)
      if (who === null) expect(await judge(key, given)).toBeNull()
      statuses.push(given.status)
    }
    if (!operation.open) await refusal(null)
    if (methodOf(key) !== 'GET') await refusal('admin', '', undefined, { 'Sec-Fetch-Site': 'cross-site' })
    if (operation.deed) await refusal('viewer')
    if (path.includes('AAAA')) await refusal('admin')
    await refusal('admin', '?nonsense=1')
    if (operation.body) {
      await refusal('admin', '', '{')
      await refusal('admin', '', {})
      await refusal('admin', '', 'a=b', { 'Content-Type': 'text/plain' })
    }
    expect(statuses.some((status) => status >= 400)).toBe(true)
  })
}

function snooze() {
  const order = { reason: 'known', forMs: 86_400_000 }
  const path = '/api/findings/no-expiry/snooze'
  return ask('POST /api/findings/{finding}/snooze', 'operator', path, order)
}

test('the judge refuses an answer with a field that the document does not know, or without one that it names', async () => {
  const { origin } = rollcall
  const me = await (await (await rollcall.as('viewer')).call('GET', '/api/me')).json()
  const answer = (value: unknown) => Response.json(value)
  expect(await judge('GET /api/me', answer(me))).toBeNull()
  expect(await judge('GET /api/me', answer({ ...me, secret: origin }))).toContain('additional')
  expect(await judge('GET /api/me', answer({ ...me, role: undefined }))).toContain('role')
  expect(await judge('GET /api/me', new Response('', { status: 418 }))).toContain('418')
})
