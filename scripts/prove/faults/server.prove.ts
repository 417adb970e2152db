import { test } from 'vitest'
import {
  consolePassword,
  keepingFaults,
  loadingFaults,
  savingFaults,
  serverFaults,
} from '@/e2e/support/faults/server-faults'
import { type LineSite, openSite, type SiteOptions } from '@/e2e/support/faults/site'
import { type Fault, tryFault } from '@/e2e/support/faults/trial'
import { tellOutcome } from './outcome'

const sessions = 3000
const timeout = 120_000

/** As the account that an administrator would make for it: its password and its rights can be changed. */
const account = ['--user', 'console', 'on', `>${consolePassword}`, '~*', '&*', '+@all']
const asAccount = { args: account, user: `console:${consolePassword}@` }

function prove(faults: readonly Fault<LineSite>[], options: Omit<SiteOptions, 'sessions'>) {
  let site: LineSite | null = null
  for (const fault of faults) {
    test(
      `${fault.id} ${fault.name}`,
      async (context) => {
        site ??= await openSite({ ...options, sessions })
        try {
          tellOutcome(context, await tryFault(site, fault, { sessions }))
        } finally {
          if (fault === faults.at(-1)) await site.stop()
        }
      },
      timeout,
    )
  }
}

test(
  'F01 nobody answers when it starts',
  async (context) => {
    const site = await openSite({ sessions, isDownAtStart: true })
    const fault: Fault<LineSite> = {
      ...{ id: 'F01', name: 'nobody answers when it starts', lastsMs: 5000 },
      begin: () => {},
      end: ({ line }) => line.heal(),
    }
    try {
      tellOutcome(context, await tryFault(site, fault, { sessions, hasBegun: true }))
    } finally {
      await site.stop()
    }
  },
  timeout,
)

prove(Object.values(serverFaults), asAccount)
prove(Object.values(keepingFaults), { args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
prove(Object.values(loadingFaults), {
  args: ['--key-load-delay', '1500', '--loading-process-events-interval-bytes', '1024'],
})
prove(Object.values(savingFaults), {})
