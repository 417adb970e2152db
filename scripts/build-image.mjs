import './parts/node-version.mjs'
import { build } from './parts/build.mjs'
import { runScript } from './parts/ending.mjs'
import { buildFor } from './parts/prepared.mjs'

/** For the container image: both builds, so that a base path can be chosen when it is started. */
await runScript(async () => {
  await build(buildFor({ basePath: '' }))
  await build(buildFor({ basePath: '/any' }))
})
