import { expect, type Page } from '@playwright/test'
import { people, type RollcallConsole, type Who } from './console'

/** Signs in and opens a page, and waits until it listens. By the interface: the page of the sign-in has stories of its own (`login.spec.ts`). */
export async function signIn(
  page: Page,
  rollcall: RollcallConsole,
  who: Who = 'admin',
  path = '/sessions',
): Promise<void> {
  await page.context().addCookies([await rollcall.openSession(who)])
  await page.goto(`${rollcall.origin}${path}`)
  if (path === '/sessions') await waitForSessions(page)
  else await waitForListening(page)
}

/** Waits until what is pressed and typed is heard. */
export async function waitForListening(page: Page): Promise<void> {
  await page.waitForFunction(isListening)
}

/** Runs in the browser: whether React has taken over everything that can be pressed or typed into. */
function isListening(): boolean {
  const controls = [...document.querySelectorAll('main :is(a, button, input, select)')]
  return (
    document.querySelector('main') !== null &&
    controls.every((node) => Object.keys(node).some((key) => key.startsWith('__react')))
  )
}

/** Signs in by the page, as a person does, and waits for the sessions. */
export async function signInByPage(page: Page, rollcall: RollcallConsole, who: Who = 'admin'): Promise<void> {
  const { username, password } = people[who]
  await page.goto(`${rollcall.origin}/login?next=/sessions`)
  await page.getByLabel('Name', { exact: true }).fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/\/sessions/)
  await waitForSessions(page)
}

async function waitForSessions(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible()
  // The age of the answer is drawn by the browser alone: from then on the page listens.
  await expect(page.getByRole('status').filter({ hasText: /^Live.* ago$/ })).toBeVisible()
}

/** The row of one person. */
export const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

/** Every complaint of the browser: script errors and broken content security policy. Empty is good. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text())
  })
  return complaints
}
