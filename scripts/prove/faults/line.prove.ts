import { afterAll, beforeAll, test } from 'vitest'
import { lineFaults } from '@/e2e/support/faults/line-faults'
import { type LineSite, openSite } from '@/e2e/support/faults/site'
import { tryFault } from '@/e2e/support/faults/trial'
import { tellOutcome } from './outcome'

const sessions = 3000
let site: LineSite

beforeAll(async () => {
  site = await openSite({ sessions })
})
afterAll(() => site?.stop())

for (const fault of Object.values(lineFaults)) {
  test(`${fault.id} ${fault.name}`, async (context) => {
    tellOutcome(context, await tryFault(site, fault, { sessions }))
  }, 300_000)
}
