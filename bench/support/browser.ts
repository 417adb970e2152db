import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test'
import type { RollcallConsole } from '@/e2e/support/console'
import playwright from '@/playwright.config'

/** Chromium as the stories run it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(playwright.use?.launchOptions)
}

/** A page of an admin who is signed in, with the developer tools' line to it. */
export async function openPage(
  browser: Browser,
  rollcall: RollcallConsole,
): Promise<{ page: Page; tools: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addCookies([await rollcall.openSession('admin')])
  const page = await context.newPage()
  return { page, tools: await context.newCDPSession(page) }
}

/** What the scripts of a page hold, after what nobody needs was collected. */
export async function readHeap(tools: CDPSession): Promise<number> {
  await tools.send('HeapProfiler.collectGarbage')
  return (await tools.send('Runtime.getHeapUsage')).usedSize
}
