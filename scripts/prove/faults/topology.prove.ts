import { test } from 'vitest'
import type { Site } from '@/e2e/support/faults/site'
import {
  clockFaults,
  clusterFaults,
  openClockSite,
  openClusterSite,
  openPairSite,
  openSentinelSite,
  openTlsSite,
  pairFaults,
  sentinelFaults,
  tlsFaults,
} from '@/e2e/support/faults/topology-faults'
import { type Fault, tryFault } from '@/e2e/support/faults/trial'
import { tellOutcome } from './outcome'

const sessions = 3000

/** Each on a site of its own. */
function prove<Where extends Site>(faults: readonly Fault<Where>[], open: (sessions: number) => Promise<Where>) {
  for (const fault of faults) {
    test(`${fault.id} ${fault.name}`, async (context) => {
      const site = await open(sessions)
      try {
        tellOutcome(context, await tryFault(site, fault, { sessions }))
      } finally {
        await site.stop()
      }
    }, 180_000)
  }
}

prove(sentinelFaults, openSentinelSite)
prove(pairFaults, openPairSite)
prove(clusterFaults, openClusterSite)
prove(tlsFaults, openTlsSite)
prove(clockFaults, openClockSite)
