import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type BrowserContext, chromium, expect, test } from '@playwright/test'
import { people, type RollcallConsole, startConsole } from './support/console'
import { type RedisServer, startRedis } from './support/redis'

const canary = 'Alice of the canary'

let redis: RedisServer
let rollcall: RollcallConsole
let attacker: Server
let port: number

test.beforeAll(async () => {
  redis = await startRedis()
  await redis.client().setex('session:abc123', 1800, JSON.stringify({ userId: 42, name: canary }))
  rollcall = await startConsole(redis.url)
  attacker = createServer((request, response) => {
    // Whatever is posted here is posted on to the console: the method and the body stay.
    if (request.method === 'POST') {
      response
        .writeHead(307, {
          Location: `${rollcall.origin}${new URL(request.url ?? '/', 'http://a').searchParams.get('to')}`,
        })
        .end()
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Attacker</title><body></body>')
  }).listen(0, '127.0.0.1')
  await once(attacker, 'listening')
  // A server that listens on a port has this shape of address.
  port = (attacker.address() as AddressInfo).port
})
test.afterAll(async () => {
  attacker?.close()
  attacker?.closeAllConnections()
  await rollcall?.stop()
  await redis?.stop()
})

/** Runs in a page of the attacker. Each tries to save a view, to end a session, or to sign its victim out; how many it could send is told. */
async function attack({ origin, handle, port }: { origin: string; handle: string; port: number }): Promise<number> {
  const body = '{"name":"forged","list":"sessions","search":""}'
  const views = `${origin}/api/views`
  const rest = () => new Promise((resolve) => setTimeout(resolve, 150))
  let sent = 0
  const form = (action: string, type: string, target: Document = document) => {
    const made = target.createElement('form')
    const input = target.createElement('input')
    Object.assign(made, { method: 'POST', action, enctype: type, target: 'sink' })
    // As text/plain this reads as JSON: the equals sign falls into a string.
    Object.assign(input, { name: '{"name":"forged","search":"', value: '"}' })
    made.append(input)
    target.body.append(made)
    made.submit()
    sent += 1
  }
  const sink = document.createElement('iframe')
  sink.name = 'sink'
  document.body.append(sink)
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
    form(views, type)
    form(`http://${location.hostname}:${port}/?to=/api/views`, type)
    await rest()
  }
  const calls: [string, RequestInit][] = [
    [views, { method: 'POST', mode: 'no-cors', body }],
    [views, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } }],
    [`http://${location.hostname}:${port}/?to=/api/views`, { method: 'POST', mode: 'no-cors', body }],
    [`${origin}/api/sessions/${handle}`, { method: 'DELETE' }],
    [`${origin}/api/sessions/${handle}/extension`, { method: 'POST', mode: 'no-cors', body: '{"byMs":60000}' }],
    [`${origin}/api/login`, { method: 'DELETE' }],
  ]
  for (const [url, call] of calls) {
    await fetch(url, { credentials: 'include', ...call }).catch(() => undefined)
    sent += 1
  }
  navigator.sendBeacon(views, new Blob([body], { type: 'text/plain' }))
  const image = new Image()
  image.src = `${origin}/api/login/openid/callback?code=x&state=y`
  const boxed = document.createElement('iframe')
  boxed.setAttribute('sandbox', 'allow-scripts allow-forms')
  boxed.srcdoc = `<form method=post action="${views}" enctype="text/plain"><input name='{"name":"forged","search":"' value='"}'></form><script>document.forms[0].submit();fetch("${views}",{method:"POST",mode:"no-cors",credentials:"include",body:'${body}'})</script>`
  document.body.append(boxed)
  const framed = document.createElement('iframe')
  framed.src = `${origin}/sessions`
  document.body.append(framed)
  const opened = window.open(`${origin}/sessions`)
  await rest()
  await rest()
  // Another origin's window tells nothing, and neither does its frame.
  for (const other of [opened, framed.contentWindow]) {
    try {
      if (other?.document.body.textContent?.includes('canary')) return -1
    } catch {
      // As it should be.
    }
  }
  return sent + 5
}

/** An admin's browser, signed in to the console. */
async function signedIn(context: BrowserContext): Promise<BrowserContext> {
  await context.addCookies([await rollcall.openSession('admin')])
  return context
}

test('pages of other origins, the next port and another name among them, change nothing whatever they try', async ({
  context,
}) => {
  await signedIn(context)
  const admin = await rollcall.as('admin')
  const { rows } = await (await admin.call('GET', '/api/sessions')).json()
  const before = await redis.client().pexpiretime('session:abc123')
  // Another port is the same site: the Strict cookie travels with it.
  for (const host of ['127.0.0.1', 'localhost', 'a.localhost']) {
    const page = await context.newPage()
    await page.goto(`http://${host}:${port}/`)
    const sent = await page.evaluate(attack, { origin: rollcall.origin, handle: rows[0].handle, port })
    expect(sent, host).toBe(17)
    for (const one of context.pages()) await one.close()
  }
  expect((await (await admin.call('GET', '/api/views')).json()).rows).toEqual([])
  expect(await redis.client().pexpiretime('session:abc123')).toBe(before)
  const deeds = (await (await admin.call('GET', '/api/audit?size=500')).json()).rows.filter(
    (row: { deed: string; outcome: string }) => row.outcome !== 'denied' && row.deed !== 'admin.sign-in',
  )
  expect(deeds).toEqual([])

  // The same from the console's own page is done: what was refused above is not refused to all.
  const own = await context.newPage()
  await own.goto(`${rollcall.origin}/icon.svg`)
  const status = await own.evaluate(async () => {
    const call = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"own","search":""}' }
    return (await fetch('/api/views', call)).status
  })
  expect(status).toBe(201)
})

test('a name that was bound to this machine gets nothing of it', async () => {
  const { launchOptions } = test.info().project.use
  const browser = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), '--host-resolver-rules=MAP rebind.example 127.0.0.1'],
  })
  try {
    const page = await browser.newPage()
    const origin = rollcall.origin.replace('127.0.0.1', 'rebind.example')
    const bodies: string[] = []
    for (const path of ['/login', '/sessions', '/api/sessions', '/icon.svg']) {
      const answer = await page.goto(`${origin}${path}`)
      expect(answer?.status(), path).toBe(421)
      bodies.push((await answer?.text()) ?? '')
    }
    const signedInAs = await page.evaluate(async (person) => {
      const call = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(person) }
      const answers = [await fetch('/api/login', call), await fetch('/api/sessions'), await fetch('/_next/static/x.js')]
      return Promise.all(answers.map(async (answer) => ({ status: answer.status, body: await answer.text() })))
    }, people.admin)
    expect(signedInAs.map(({ status }) => status)).toEqual([421, 421, 421])
    bodies.push(...signedInAs.map(({ body }) => body))
    for (const body of bodies) expect(body).not.toContain(canary)
    expect(await page.context().cookies()).toEqual([])
  } finally {
    await browser.close()
  }
})

test('two hundred senders that take their time keep nobody waiting', async () => {
  const admin = await rollcall.as('admin')
  const { hostname, port: at } = new URL(rollcall.origin)
  const slow: Socket[] = []
  for (let index = 0; index < 200; index += 1) {
    const socket = connect(Number(at), hostname)
    socket.on('error', () => undefined)
    const body = index % 2 === 0 ? '' : 'Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{'
    socket.write(`POST /api/login HTTP/1.1\r\nHost: ${hostname}:${at}\r\nSec-Fetch-Site: same-origin\r\n${body}`)
    slow.push(socket)
  }
  await Promise.all(slow.map((socket) => (socket.connecting ? once(socket, 'connect') : undefined)))
  const dripping = setInterval(() => {
    for (const socket of slow) socket.write('x')
  }, 100)
  const took: number[] = []
  try {
    for (let index = 0; index < 60; index += 1) {
      const startedAt = performance.now()
      const answer = await admin.call('GET', '/api/sessions')
      expect([answer.status, (await answer.text()).includes(canary)]).toEqual([200, true])
      took.push(performance.now() - startedAt)
    }
    expect(slow.filter((socket) => !socket.destroyed).length).toBeGreaterThan(90)
  } finally {
    clearInterval(dripping)
    for (const socket of slow) socket.destroy()
  }
  took.sort((a, b) => a - b)
  expect(took[30]).toBeLessThan(250)
})
