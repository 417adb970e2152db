import { expect, type Page, test } from '@playwright/test'
import { SessionPage } from '@/lib/contract/session'
import { type RollcallConsole, startConsole, waitUntil } from './support/console'
import { collectComplaints, signIn } from './support/page'
import { askRaw } from './support/raw'
import { type RedisServer, startRedis } from './support/redis'

let redis: RedisServer
let rollcall: RollcallConsole

/** What is run, in 10 writings, within each of 27 wrappings. */
const deeds = [
  'pwned()',
  'window.pwned()',
  'top["pwned"]()',
  'pwned``',
  'self[/pwned/.source]()',
  'eval(atob("cHduZWQoKQ=="))',
  'setTimeout("pwned()")',
  'Function("pwned()")()',
  'import("data:text/javascript,top.pwned()")',
  'location="javascript:pwned()"',
]
const wrappings = [
  '<script>X</script>',
  '</script><script>X</script>',
  '"><script>X</script>',
  "'><script>X</script>",
  '</title><script>X</script>',
  '--><script>X</script>',
  ']]><script>X</script>',
  '<img src=x onerror=X>',
  '"><img src=x onerror="X">',
  '" onmouseover="X" autofocus onfocus="X" x="',
  '<svg onload=X>',
  '<svg><animate onbegin=X attributeName=x dur=1s>',
  '<svg><script>X</script></svg>',
  '<math><mi xlink:href="javascript:X">x</mi></math>',
  '<iframe src="javascript:X"></iframe>',
  '<iframe srcdoc="<script>parent.X</script>"></iframe>',
  '<object data="javascript:X"></object>',
  '<embed src="javascript:X">',
  '<a href="javascript:X">x</a>',
  '<form action="javascript:X"><input type=submit autofocus></form>',
  '<details open ontoggle=X>',
  '<video><source onerror=X></video>',
  '<body onload=X>',
  '<style>@import "javascript:X"</style>',
  '<base href="javascript:X//">',
  '{{constructor.constructor("X")()}}',
  'javascript:X',
]
const payloads = wrappings.flatMap((wrapping) => deeds.map((deed) => wrapping.replaceAll('X', deed)))

test.beforeAll(async () => {
  redis = await startRedis()
  const pipeline = redis.client().pipeline()
  for (const [index, text] of payloads.entries()) {
    const value = {
      userId: text,
      name: text,
      email: text,
      ip: text,
      userAgent: text,
      [text]: text,
      list: [{ [text]: [text] }],
    }
    pipeline.set(`session:row-${index}`, JSON.stringify(value), 'PX', 3_600_000)
  }
  // Fifty to a page of one session, as names and as values.
  for (let start = 0; start < payloads.length; start += 50) {
    const some = payloads.slice(start, start + 50)
    const value = { userId: `page-${start}`, ...Object.fromEntries(some.map((text) => [text, { [text]: text }])) }
    pipeline.set(`session:page-${start}`, JSON.stringify(value), 'PX', 3_600_000)
  }
  await pipeline.exec()
  rollcall = await startConsole(redis.url)
})
test.afterAll(async () => {
  await rollcall?.stop()
  await redis?.stop()
})

/** Elements that only a payload can have brought into the page. */
const strangers = (page: Page) =>
  page.evaluate(() => {
    const made =
      'script:not([nonce]):not([src^="/_next/static/"]), iframe, object, embed, img, video, base, math, form[action^="javascript"], a[href^="javascript"], animate'
    const withHandlers = [...document.querySelectorAll('*')].filter((one) =>
      [...one.attributes].some(({ name }) => name.startsWith('on')),
    )
    return [...document.querySelectorAll(made), ...withHandlers].map(({ outerHTML }) => outerHTML.slice(0, 200))
  })

test('270 ways to smuggle in a script are text in every place that shows what others wrote, and run nowhere', async ({
  page,
}) => {
  expect(payloads.length).toBe(270)
  expect(new Set(payloads).size).toBe(270)
  const hits: string[] = []
  const complaints = collectComplaints(page)
  const elsewhere: string[] = []
  await page.exposeFunction('pwned', () => void hits.push(page.url()))
  page.on('dialog', (dialog) => void hits.push(dialog.message()))
  page.on('request', (request) => {
    if (!request.url().startsWith(rollcall.origin)) elsewhere.push(request.url())
  })
  const look = async (place: string) => {
    expect(await strangers(page), place).toEqual([])
    expect({ hits, complaints, elsewhere }, place).toEqual({ hits: [], complaints: [], elsewhere: [] })
  }
  const shown = new Set<string>()
  /** Everything that stands in the page now, and after each screenful: down to the end and up again, for what was read
   * between a turn of the wheel and the drawing. */
  const scroll = async (place: string) => {
    await page.getByRole('row').nth(2).hover()
    for (let screens = 0; screens < 160; screens += 1) {
      const text = (await page.locator('main').textContent()) ?? ''
      for (const payload of payloads) if (text.includes(payload)) shown.add(`${place} ${payload}`)
      await look(place)
      if ([...shown].filter((one) => one.startsWith(`${place} `)).length === payloads.length) return
      await page.mouse.wheel(0, screens % 80 < 40 ? 500 : -500)
    }
    throw new Error(`Only ${shown.size} were seen at ${place}`)
  }

  await signIn(page, rollcall)
  await expect(page).toHaveTitle(/276/)
  await scroll('sessions')
  await page.goto(`${rollcall.origin}/users`)
  await expect(page.getByRole('row').nth(5)).toBeVisible()
  await scroll('users')

  const admin = await rollcall.as('admin')
  const rowsOf = async (search: object) =>
    SessionPage.parse(await (await admin.call('POST', '/api/sessions/search', search)).json()).rows
  await waitUntil(async () => (await rowsOf({ size: 500 })).length === 276, 5000)
  const rows = await rowsOf({ size: 500 })
  for (const { handle, principal } of rows.filter(({ principal }) => principal?.startsWith('page-'))) {
    await page.goto(`${rollcall.origin}/sessions/${handle}`)
    await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
    await look(`the session of ${principal}`)
  }
  for (const { handle } of rows.filter((_row, index) => index % 27 === 0)) {
    await page.goto(`${rollcall.origin}/sessions/${handle}`)
    await expect(page.getByRole('region', { name: 'Payload' })).toBeVisible()
    await look('one session')
  }
  await Promise.all(rows.slice(0, 60).map(({ handle }) => admin.call('DELETE', `/api/sessions/${handle}`)))
  for (const path of ['/audit', '/', '/findings', '/sources', '/jobs']) {
    await page.goto(`${rollcall.origin}${path}`)
    await expect(page.getByRole('heading').first()).toBeVisible()
    await look(path)
  }
  // Reflected: in the parameters of an address, and typed into the search.
  for (const text of payloads.filter((_text, index) => index % 10 === 0)) {
    for (const path of ['/sessions?source=', '/sessions?sort=', '/users?sort=', '/audit?admin=', '/login?next=', '/']) {
      const { body } = await askRaw(rollcall.origin, `${path}${encodeURIComponent(text)}`, {
        headers: { Cookie: admin.cookie },
      })
      if (/<|"/.test(text)) expect(body, path).not.toContain(text)
    }
  }
  await page.goto(`${rollcall.origin}/sessions`)
  for (const wrapping of wrappings.slice(0, 8)) {
    await page.getByRole('combobox').first().fill(wrapping.replaceAll('X', 'pwned()'))
    await look('the search')
  }

  // Text does not become HTML, not even by the page's own scripts; what is looked for would be found.
  const refusal = await page.evaluate(() => {
    for (const [name, value] of [
      ['img', 'https://elsewhere.invalid/'],
      ['a', 'javascript:pwned()'],
      ['iframe', 'about:blank'],
    ] as const) {
      const element = document.body.appendChild(document.createElement(name))
      element.setAttribute(name === 'a' ? 'href' : 'src', value)
    }
    try {
      document.body.insertAdjacentHTML('beforeend', '<b>text</b>')
      return null
    } catch (error) {
      return (error as Error).name
    }
  })
  expect(refusal).toBe('TypeError')
  expect(await strangers(page)).toHaveLength(3)
  await expect.poll(() => complaints.length).toBeGreaterThan(0)
  await page.evaluate('pwned()')
  expect(hits).toHaveLength(1)
})
