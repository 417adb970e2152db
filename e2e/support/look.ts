import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

/** Each theme once, on the narrowest and on a wide screen: a fault of colour is one of the theme, a fault of layout one of the width. */
const looks = [
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 1440 },
] as const
/** Between them nothing may overflow either. */
const middleWidth = 768

/** A story told in each theme and width, in a page of its own that must not overflow at the end. `look` names files. */
export function testLooks(title: string, story: (page: Page, look: string) => Promise<void>): void {
  for (const { colorScheme, width } of looks) {
    test(`${title}, ${colorScheme}, ${width} px wide`, async ({ browser }) => {
      const viewport = { width, height: 860 }
      const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await story(page, `${colorScheme}-${width}`)
      expect(await measureOverflow(page)).toBeLessThanOrEqual(0)
      await page.setViewportSize({ ...viewport, width: middleWidth })
      await expect.poll(() => measureOverflow(page)).toBeLessThanOrEqual(0)
      await context.close()
    })
  }
}

/** Whatever axe finds on the page as it is now, with the places. Empty is good. */
export async function findFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

/** By how many pixels the page, or what its main part holds, is wider than the window. */
async function measureOverflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const main = document.querySelector('#main > *')
    const inner = main === null ? 0 : main.scrollWidth - main.clientWidth
    return Math.max(inner, document.documentElement.scrollWidth - window.innerWidth)
  })
}
