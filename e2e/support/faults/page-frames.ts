import type { Page } from '@playwright/test'
import type { Frame } from './observer'

type Seen = { at: number; status: string; count: string }

/** Looks ten times a second at what an open page of sessions says of its state and its count; answers how to get what it saw. */
export async function watchPage(page: Page): Promise<() => Promise<Frame[]>> {
  await page.evaluate(() => {
    const seen: Seen[] = []
    Object.assign(window, { seen })
    setInterval(() => {
      const status = document.querySelector('[role="status"]')?.textContent ?? ''
      const count = document.querySelector('[data-testid="count"]')?.textContent ?? ''
      seen.push({ at: Date.now(), status, count })
    }, 100)
  })
  return async () => {
    const seen = await page.evaluate(() => (window as unknown as { seen: Seen[] }).seen)
    return seen.map(({ at, status, count }) => {
      const moment = at - performance.timeOrigin
      const total = Number(count.replace(/\D/g, ''))
      return { askedAt: moment, answeredAt: moment, state: status.startsWith('Live') ? 'live' : 'other', total }
    })
  }
}
