import { describe, inject, test } from 'vitest'
import { startDebian } from '@/e2e/support/apps/debian'
import { testProof } from '@/e2e/support/apps/proof'
import { formats } from '@/lib/formats'
import { debianApps } from './apps/run.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Which of the applications are to be proven. */
    apps: string[]
  }
}

for (const name of inject('apps')) {
  const app = debianApps[name]
  if (app === undefined) throw new Error(`There is no application ${name}`)
  // Said, and counted as not proven.
  if (!formats.some(({ id }) => id === app.format)) {
    describe(`${name}, the real framework`, () => test.skip(`Rollcall has no format ${app.format}`))
    continue
  }
  const { revivedBy } = app
  testProof(name, { start: (redisUrl) => startDebian(name, redisUrl), ...(revivedBy ? { revivedBy } : {}) })
}
