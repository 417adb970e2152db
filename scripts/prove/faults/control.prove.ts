import { afterAll, beforeAll, test } from 'vitest'
import { tell } from '@/bench/support/row'
import type { DoneDeed } from '@/e2e/support/faults/deeds'
import type { ListAnswer } from '@/e2e/support/faults/observer'
import { type LineSite, openSite } from '@/e2e/support/faults/site'
import { type Fault, type Outcome, tryFault } from '@/e2e/support/faults/trial'

const sessions = 1000
let site: LineSite

beforeAll(async () => {
  site = await openSite({ sessions })
})
afterAll(() => site?.stop())

const blackhole: Fault<LineSite> = {
  ...{ id: 'F03', name: 'nothing passes', lastsMs: 12_000 },
  begin: ({ line }) => line.set({ hold: true }),
  end: ({ line }) => line.heal(),
}
const once = { of: 'value', least: 1 } as const
const claims = (outcome: Outcome, pattern: RegExp) =>
  outcome.against.filter((sentence) => pattern.test(sentence)).length

test('a console that goes on saying live is caught', async (context) => {
  const alter = (page: ListAnswer) => ({ ...page, freshness: { ...page.freshness, state: 'live' } })
  const outcome = await tryFault(site, blackhole, { sessions, alter })
  const caught = claims(outcome, /claimed live with too few/)
  tell(context, {
    what: 'control: a console that says live all the while is caught',
    value: caught,
    unit: 'times',
    bound: once,
  })
}, 120_000)

test('a console that calls a deed done that failed is caught, and so is one that calls it failed', async (context) => {
  const alterDeed = (deed: DoneDeed): DoneDeed => {
    if (deed.kind !== 'revoke') return deed
    return { ...deed, said: deed.said === 'done' ? 'failed' : deed.said === 'failed' ? 'done' : deed.said }
  }
  const outcome = await tryFault(site, blackhole, { sessions, alterDeed })
  tell(
    context,
    {
      what: 'control: a revoke that failed and was called done is caught',
      value: claims(outcome, /was done, but it is there/),
      unit: 'times',
      bound: once,
    },
    {
      what: 'control: a revoke that was done and called failed is caught',
      value: claims(outcome, /was failed, but it is gone/),
      unit: 'times',
      bound: once,
    },
  )
}, 120_000)

test('a list that lacks one session is never right', async (context) => {
  const alter = (page: ListAnswer) => ({ ...page, total: page.total - 1 })
  const outcome = await tryFault(site, { ...blackhole, lastsMs: 1000 }, { sessions, alter })
  tell(context, {
    ...{ what: 'control: a list that lacks one session is called never right', unit: 'times', bound: once },
    value: claims(outcome, /did not become right/),
  })
}, 120_000)
