import { expect, test } from '@playwright/test'
import { lineFaults } from './support/faults/line-faults'
import type { ListAnswer } from './support/faults/observer'
import { serverFaults } from './support/faults/server-faults'
import { type LineSite, openSite } from './support/faults/site'
import { type Fault, tryFault } from './support/faults/trial'

const sessions = 300
const short = { sessions, isShort: true, deedEveryMs: 150 }
/** Longer than it may take to be noticed, shorter than what is written meanwhile must be told: so the state itself is looked at. */
const silentMs = 3500

let site: LineSite

test.beforeAll(async () => {
  site = await openSite({ sessions })
})
test.afterAll(() => site?.stop())

/** A few of the faults, small and short. All of them at full size: `npm run prove -- faults`. */
const faults: (Fault<LineSite> & { isSilent?: true })[] = [
  lineFaults.reset,
  { ...lineFaults.blackhole, name: 'nothing passes', lastsMs: silentMs, perSecond: 20, isSilent: true },
  { ...lineFaults.stopped, name: 'Redis stands still', lastsMs: silentMs, isSilent: true },
  { ...serverFaults.full, lastsMs: 1500 },
]
for (const fault of faults) {
  test(`${fault.id}, ${fault.name}: survived`, async () => {
    const { against, frames, deeds, bareMs } = await tryFault(site, fault, short)
    expect(against, `a server that does nothing took ${Math.round(bareMs)} ms`).toEqual([])
    expect(Object.values(deeds).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2)
    if (fault.isSilent) expect(frames.other).toBeGreaterThan(0)
  })
}

test('a console that says live all the while would be caught', async () => {
  const alter = (page: ListAnswer): ListAnswer => ({ ...page, freshness: { ...page.freshness, state: 'live' } })
  const fault = { ...lineFaults.blackhole, lastsMs: 6000, perSecond: 10 }
  const { against } = await tryFault(site, fault, { ...short, alter })
  expect(against.join()).toMatch(/claimed live with too few/)
})
