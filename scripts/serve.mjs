import './parts/node-version.mjs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runScript } from './parts/ending.mjs'
import { checkPort, readSettings, root } from './parts/environment.mjs'
import { buildFor, prepareServer } from './parts/prepared.mjs'
import { runServer } from './parts/server.mjs'
import { chooseStore } from './parts/store.mjs'

/** The container's entry: like `npm start`, with everything installed and built before. */
await runScript(async () => {
  const settings = readSettings()
  await checkPort(settings)
  const folder = prepareServer({ root, copies: join(tmpdir(), 'rollcall-base-path'), settings })
  const store = await chooseStore(settings, join(root, buildFor(settings).folder, 'standalone'))
  await runServer({ folder, settings, store })
})
