import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { may } from '@/lib/admin/roles'
import { JobPreview } from '@/lib/contract/job'
import { type Role, roles } from '@/lib/contract/login'
import { type Operation, operations } from '@/lib/contract/operations'
import { TokenCreated } from '@/lib/contract/token'
import { ageSignIns } from './support/age-sign-ins'
import { bypasses } from './support/bypasses'
import { people, type RollcallConsole, startConsole, waitUntil } from './support/console'
import { signIn } from './support/page'
import { askBytes, askRaw, type RawAnswer } from './support/raw'
import { type RedisServer, startRedis } from './support/redis'
import { copyWithoutProxy } from './support/without-proxy'

/** Stands in a session, in the name of a token and so in the audit: who may not look must not get it, whatever they send. */
const canary = `canary-${randomBytes(6).toString('hex')}`
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const sameOrigin = { 'Sec-Fetch-Site': 'same-origin' }

/** The least role of each page; null: open. A page that is not here fails the first story. */
const pages: Record<string, Role | null> = {
  '/': 'viewer',
  '/sessions': 'viewer',
  '/sessions/AAAA': 'viewer',
  '/users': 'viewer',
  '/jobs': 'viewer',
  '/findings': 'viewer',
  '/sources': 'viewer',
  '/audit': 'operator',
  '/tokens': 'admin',
  '/admins': 'admin',
  '/account': 'viewer',
  '/login': null,
  '/demo': null,
}

let redis: RedisServer
let rollcall: RollcallConsole
let unguarded: RollcallConsole
let folder: string
/** The console cookies by user name. */
let cookies: Record<string, string>
/** Whoever knocks: what they bring, and the role that it should come to. */
let knockers: { name: string; role: Role | null; headers: Record<string, string>; isToken?: true }[]

test.beforeAll(async () => {
  redis = await startRedis()
  await redis.client().setex('session:abc123', 1800, JSON.stringify({ userId: 42, name: canary }))
  rollcall = await startConsole(redis.url)
  folder = copyWithoutProxy()
  unguarded = await startConsole(redis.url, {}, folder)
  const [viewer, operator, admin] = [
    await rollcall.as('viewer'),
    await rollcall.as('operator'),
    await rollcall.as('admin'),
  ]
  cookies = { vera: viewer.cookie, olga: operator.cookie, admin: admin.cookie }
  const tokenOf = async (role: Role) => {
    const made = await admin.call('POST', '/api/tokens', { name: `${canary}-${role}`, role, expiresInMs: 86_400_000 })
    return { Authorization: `Bearer ${TokenCreated.parse(await made.json()).secret}` }
  }
  const left = await rollcall.openSession('admin')
  const leftCookie = `${left.name}=${left.value}`
  await askRaw(rollcall.origin, '/api/login', { method: 'DELETE', headers: { Cookie: leftCookie, ...sameOrigin } })
  knockers = [
    { name: 'nobody', role: null, headers: {} },
    {
      name: 'a made-up cookie',
      role: null,
      headers: { Cookie: `__Host-rollcall=${randomBytes(32).toString('base64url')}` },
    },
    { name: 'an admin who signed out', role: null, headers: { Cookie: leftCookie } },
    { name: 'a viewer', role: 'viewer', headers: { Cookie: viewer.cookie } },
    { name: 'an operator', role: 'operator', headers: { Cookie: operator.cookie } },
    { name: 'an admin', role: 'admin', headers: { Cookie: admin.cookie } },
    { name: 'a viewer`s token', role: 'viewer', headers: await tokenOf('viewer'), isToken: true },
    { name: 'an admin`s token', role: 'admin', headers: await tokenOf('admin'), isToken: true },
  ]
})
test.afterAll(async () => {
  await Promise.all([rollcall?.stop(), unguarded?.stop()])
  await redis?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const apiPaths = [...new Set(Object.keys(operations).map((key) => key.split(' ')[1] ?? '')), '/api', '/api/nowhere']
const listed: Record<string, Operation | undefined> = operations
const operationAt = (method: string, path: string) => listed[`${method === 'HEAD' ? 'GET' : method} ${path}`]

/** What the roles and the list of operations say of one call, as the status or as `in` where the call itself decides. */
function expectedOf(method: string, path: string, role: Role | null): number | 'in' {
  const present = methods.flatMap((one) => (one === 'HEAD' ? [] : (operationAt(one, path) ?? [])))
  const operation = operationAt(method, path)
  const isOpen = operation ? operation.open : present.length > 0 && present.every(({ open }) => open)
  if (!isOpen && role === null) return 401
  if (operation === undefined) return present.length === 0 ? 404 : method === 'OPTIONS' ? 204 : 405
  return operation.deed !== undefined && role !== null && !may(role, operation.deed) ? 403 : 'in'
}

const isIn = (status: number) => ![401, 403, 405].includes(status) && status < 500

/** Headers that every answer has and none may have; a problem document for every refusal of the interface. */
function faultsOf(path: string, { status, headers, body }: RawAnswer): string[] {
  const faults: string[] = []
  const must = (name: string, pattern: RegExp) =>
    pattern.test(headers[name] ?? '') || faults.push(`${name}: ${headers[name]}`)
  must(
    'content-security-policy',
    status === 308
      ? /^default-src 'none'; frame-ancestors 'none'$/
      : /script-src 'nonce-[\w+/=]{24}' 'strict-dynamic'.*frame-ancestors 'none'/,
  )
  must('x-content-type-options', /^nosniff$/)
  must('referrer-policy', /^no-referrer$/)
  must('cross-origin-opener-policy', /^same-origin$/)
  must('cross-origin-resource-policy', /^same-origin$/)
  must('permissions-policy', /camera=\(\)/)
  if (!path.startsWith('/_next/static') && path !== '/icon.svg') must('cache-control', /no-store/)
  for (const name of Object.keys(headers)) {
    if (name.startsWith('access-control-') || name === 'x-powered-by' || name === 'server') faults.push(name)
  }
  if (path.startsWith('/api') && status >= 400 && body !== '') {
    must('content-type', /^application\/problem\+json/)
    if (!/"code":"[a-z-]+"/.test(body)) faults.push(`no code in ${body.slice(0, 100)}`)
  }
  if (/\n\s+at |node_modules|ioredis|ECONN/.test(path.startsWith('/api') ? body : ''))
    faults.push('a stack or words of Redis')
  return faults.map((fault) => `${status} ${path}: ${fault}`)
}

test('every method of every route answers each role as the roles say, with the proxy and without it', async () => {
  const faults: string[] = []
  let cells = 0
  for (const server of [rollcall, unguarded]) {
    for (const path of apiPaths) {
      await Promise.all(
        methods.flatMap((method) =>
          knockers.map(async ({ name, role, headers }) => {
            const given = method === 'DELETE' && path === '/api/login' ? {} : headers
            const operation = operationAt(method, path)
            const body = operation?.body
              ? { body: '{}', headers: { ...given, ...sameOrigin, 'Content-Type': 'application/json' } }
              : {}
            const answer = await askRaw(server.origin, path.replace(/\{\w+\}/g, 'AAAA'), {
              method,
              headers: { ...given, ...sameOrigin },
              ...body,
            })
            cells += 1
            const expected = expectedOf(method, path, role)
            const isRight = expected === 'in' ? isIn(answer.status) : answer.status === expected
            if (!isRight) faults.push(`${method} ${path} by ${name}: ${answer.status}, not ${expected}`)
            if (role === null && answer.body.includes(canary)) faults.push(`${method} ${path} tells ${name}`)
            if (server === rollcall) faults.push(...faultsOf(path, answer))
          }),
        ),
      )
    }
  }
  expect(faults).toEqual([])
  expect(cells).toBeGreaterThan(3000)
  expect(await redis.client().exists('session:abc123')).toBe(1)
})

test('every page is in the table and shows itself to its roles alone, with the proxy and without it', async () => {
  const app = new URL('../app', import.meta.url).pathname
  const found = readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)page\.[cm]?[jt]sx?$/.test(file))
    .map(
      (file) =>
        `/${file}`
          .replace(/\/page\.\w+$/, '')
          .replace(/\/\(\w+\)/g, '')
          .replace(/\[\w+\]/g, 'AAAA') || '/',
    )
  expect(Object.keys(pages).sort()).toEqual(found.sort())
  const faults: string[] = []
  for (const server of [rollcall, unguarded]) {
    for (const [path, least] of Object.entries(pages)) {
      for (const { name, role, headers, isToken } of knockers) {
        const answer = await askRaw(server.origin, path, { headers })
        // A token opens the interface alone.
        const seenAs = isToken ? null : role
        const mayLook = least === null || (seenAs !== null && roles.indexOf(seenAs) >= roles.indexOf(least))
        if (least !== null && seenAs === null) {
          if (answer.status !== 307 || !answer.headers.location?.startsWith('/login?next='))
            faults.push(`${path}: ${name}`)
        } else if (![200, 404].includes(answer.status) && path !== '/login')
          faults.push(`${path}: ${answer.status}, ${name}`)
        const others = Object.values(people).filter(
          (one) => one.username !== 'admin' && !headers.Cookie?.includes(cookies[one.username] ?? '-'),
        )
        const secrets = [canary, ...others.map(({ username }) => `"${username}"`)]
        if (!mayLook && secrets.some((secret) => answer.body.replaceAll('\\"', '"').includes(secret)))
          faults.push(`${path} tells ${name}`)
        if (server === rollcall) faults.push(...faultsOf(path, answer))
      }
    }
    const admin = { headers: { Cookie: cookies.admin ?? '' } }
    for (const path of ['/sessions', '/users', '/audit', '/tokens']) {
      expect((await askRaw(server.origin, path, admin)).body, `an admin sees it at ${path}`).toContain(canary)
    }
    expect((await askRaw(server.origin, '/admins', admin)).body.replaceAll('\\"', '"')).toContain('"olga"')
  }
  expect(faults).toEqual([])
})

test('no known way around a framework`s checks tells nobody anything', async () => {
  const protectedPaths = [
    ...Object.entries(pages).flatMap(([path, least]) => (least === null ? [] : path)),
    ...Object.entries(operations).flatMap(([key, { open }]) =>
      open || !key.startsWith('GET ') ? [] : key.slice(4).replace(/\{\w+\}/g, 'AAAA'),
    ),
  ]
  const faults: string[] = []
  for (const server of [rollcall, unguarded]) {
    // Without the proxy a few of each kind are enough: the pages and routes have the same first line.
    for (const path of server === rollcall
      ? protectedPaths
      : ['/sessions', '/tokens', '/api/sessions', '/api/tokens']) {
      await Promise.all(
        bypasses.map(async ([name, ask]) => {
          const { path: asked = path, ...rest } = ask(path)
          const answer = await askRaw(server.origin, asked, rest)
          if (answer.body.includes(canary) || answer.body.includes('"rows"')) faults.push(`${name} tells of ${path}`)
          if (answer.status >= 500 || (path.startsWith('/api/') && answer.status === 200))
            faults.push(`${name}, ${asked}: ${answer.status}`)
          const { location = '/' } = answer.headers
          if (!/^\/(?![/\\])/.test(location)) faults.push(`${name}, ${asked} leads to ${location}`)
          if (server === rollcall) faults.push(...faultsOf(asked, answer).map((fault) => `${name}: ${fault}`))
        }),
      )
    }
  }
  expect(bypasses.length).toBeGreaterThan(60)
  expect(faults).toEqual([])
})

test('a page of another site changes nothing and signs nobody in, whatever it sends as what', async () => {
  const cookie = (await rollcall.as('viewer')).cookie
  const origins = [
    rollcall.origin,
    rollcall.origin.replace(/\d+$/, '1'),
    rollcall.origin.replace('http', 'https'),
    'http://evil.example',
    'null',
    null,
  ]
  const sites = ['same-origin', 'same-site', 'cross-site', 'none', '', null]
  const types = [
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ]
  const wrong: string[] = []
  let made = 0
  for (const site of sites) {
    for (const origin of origins) {
      const from = {
        ...(site === null ? {} : { 'Sec-Fetch-Site': site }),
        ...(origin === null ? {} : { Origin: origin }),
      }
      const isOurs = site === 'same-origin' || (site === null && origin === rollcall.origin)
      for (const type of types) {
        const body = JSON.stringify({ name: JSON.stringify([site, origin]) })
        const headers = { Cookie: cookie, 'Content-Type': type, ...from }
        const { status } = await askRaw(rollcall.origin, '/api/views', { method: 'POST', headers, body })
        const expected = !isOurs ? 403 : type === 'application/json' ? 201 : 415
        if (status !== expected) wrong.push(`POST ${JSON.stringify(from)} ${type}: ${status}, not ${expected}`)
        if (expected === 201) made += 1
      }
      if (isOurs) continue
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const { status } = await askRaw(rollcall.origin, '/api/views/AAAA', {
          method,
          headers: { Cookie: cookie, ...from },
        })
        if (status !== 403) wrong.push(`${method} ${JSON.stringify(from)}: ${status}`)
      }
      if (site === null && origin === null) continue
      const headers = { 'Content-Type': 'application/json', ...from }
      const answer = await askRaw(rollcall.origin, '/api/login', {
        method: 'POST',
        headers,
        body: JSON.stringify(people.viewer),
      })
      if (answer.status !== 403 || answer.headers['set-cookie'] !== undefined)
        wrong.push(`sign-in ${JSON.stringify(from)}: ${answer.status}`)
    }
  }
  expect(wrong).toEqual([])
  const { body } = await askRaw(rollcall.origin, '/api/views', { headers: { Cookie: cookie } })
  expect(JSON.parse(body).rows).toHaveLength(made)
  expect(made).toBe(7)
})

test('under another Host nothing is answered, however it is said', async () => {
  const cookie = `Cookie: ${(await rollcall.as('admin')).cookie}\r\n`
  const own = `Host: ${new URL(rollcall.origin).host}\r\n`
  const tell = (target: string, head: string) =>
    askBytes(rollcall.origin, `GET ${target} HTTP/1.1\r\n${head}${cookie}Connection: close\r\n\r\n`)
  expect(await tell('/api/sessions', own)).toContain(canary)
  for (const target of ['/api/sessions', '/sessions', '/icon.svg', '/login']) {
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.nip.io',
      '0.0.0.0',
      '[::ffff:127.0.0.1]',
      '',
      'localhost, evil.example',
    ]) {
      expect(await tell(target, `Host: ${host}\r\n`), host).toMatch(/^HTTP\/1.1 4(21|00) /)
    }
    expect(await tell(`http://evil.example${target}`, `Host: evil.example\r\n`)).toMatch(/^HTTP\/1.1 4(21|00) /)
    expect(await tell(target, `Host: evil.example\r\n${own}`)).toMatch(/^HTTP\/1.1 4(21|00) /)
    expect(await tell(target, `Host: evil.example\r\nX-Forwarded-${own}`)).toMatch(/^HTTP\/1.1 421 /)
    expect(await tell(target, '')).toMatch(/^HTTP\/1.1 4(21|00) /)
  }
  const star = `OPTIONS * HTTP/1.1\r\n${own}Connection: close\r\n\r\n`
  expect(await askBytes(rollcall.origin, star)).toMatch(/^HTTP\/1.1 405 /)
  expect((await askRaw(rollcall.origin, '/healthz')).body).toBe('{"status":"ok"}')
})

test('what is worst to lose asks for a password of the last ten minutes, in the interface and on the page', async ({
  page,
}) => {
  const admin = await rollcall.as('admin')
  const pipeline = redis.client().pipeline()
  for (let index = 0; index < 51; index += 1) {
    pipeline.setex(`session:many-${index}`, 1800, JSON.stringify({ userId: 'many', name: 'Many' }))
  }
  await pipeline.exec()
  const order = { deed: 'revoke', filter: { principal: ['many'] } }
  const preview = async () =>
    JobPreview.parse(await (await admin.call('POST', '/api/jobs', { ...order, dryRun: true })).json())
  await waitUntil(async () => (await preview()).total === 51, 5000)
  await signIn(page, rollcall, 'admin', '/audit')
  const asked = page.getByRole('dialog', { name: 'Your password, please' })
  const giveIt = async () => {
    await asked.getByLabel('Password of admin').fill(people.admin.password)
    await asked.getByRole('button', { name: 'Go on' }).click()
  }
  const age = () => ageSignIns(redis, 11 * 60_000)

  await age()
  const token = { name: 'stale', role: 'viewer', expiresInMs: 86_400_000 }
  const { digest } = await preview()
  for (const answer of [
    await admin.call('GET', '/api/audit/export'),
    await admin.call('POST', '/api/tokens', token),
    await admin.call('POST', '/api/jobs', { ...order, digest }),
  ]) {
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'reauth-required' })
  }
  const script = knockers.find(({ name }) => name === 'an admin`s token')?.headers ?? {}
  expect((await askRaw(rollcall.origin, '/api/audit/export', { headers: script })).status).toBe(200)

  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'Everything as CSV' }).click()
  const download = page.waitForEvent('download')
  await giveIt()
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)

  await age()
  await page.goto(`${rollcall.origin}/tokens`)
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByLabel('Name', { exact: true }).fill('stale')
  await page.getByRole('dialog').getByRole('button', { name: 'Create token' }).click()
  await giveIt()
  await page
    .getByRole('dialog', { name: 'Copy the token stale now' })
    .getByRole('button', { name: 'I have copied it' })
    .click()

  await age()
  await page.goto(`${rollcall.origin}/sessions?status=active`)
  await page.getByRole('button', { name: 'Act on all that match' }).click()
  await page.getByRole('menuitem', { name: 'Revoke…' }).click()
  await page.getByRole('button', { name: 'Revoke 52' }).click()
  await giveIt()
  await expect(page.getByRole('heading', { name: '52 of 52 sessions ended' })).toBeVisible()
  await expect(asked).toHaveCount(0)
  expect(await redis.client().keys('session:many-*')).toEqual([])
})
