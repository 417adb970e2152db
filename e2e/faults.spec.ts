import { expect, test } from '@playwright/test'
import { lineFaults } from './support/faults/line-faults'
import { watchPage } from './support/faults/page-frames'
import { serverFaults } from './support/faults/server-faults'
import { type LineSite, openSite } from './support/faults/site'
import { tryFault } from './support/faults/trial'
import { signIn } from './support/page'
import { rollRestarts } from './support/rolling'

const sessions = 600
let site: LineSite

// The smaller cut: `npm run prove -- faults` has all 32, at full length.
test.describe('a fault is survived:', () => {
  test.beforeAll(async () => {
    site = await openSite({ sessions })
  })
  test.afterAll(() => site?.stop())

  for (const { name, ...fault } of [
    { ...lineFaults.replyLost, lastsMs: 2000 },
    { ...lineFaults.garbage, lastsMs: 2000 },
    serverFaults.feedKilled,
  ]) {
    test(name, async ({ page }) => {
      await signIn(page, site.rollcall)
      const moreFrames = await watchPage(page)
      const options = { sessions, deedEveryMs: 200, isShort: true, moreFrames }
      const { against, frames } = await tryFault(site, { name, ...fault }, options)
      expect(against).toEqual([])
      expect(frames.live + frames.other).toBeGreaterThan((await moreFrames()).length)
      expect((await moreFrames()).length).toBeGreaterThan(20)
    })
  }
})

test('two replicas are restarted in turn under load, and no request is lost', async () => {
  const { requests, lost, wrongDeeds, openDeeds } = await rollRestarts(2, 60)
  expect([lost, wrongDeeds, openDeeds]).toEqual([[], [], 0])
  expect(requests).toBeGreaterThan(100)
})
