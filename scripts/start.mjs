import './parts/node-version.mjs'
import { join } from 'node:path'
import { build } from './parts/build.mjs'
import { runScript } from './parts/ending.mjs'
import { checkPort, readSettings, root } from './parts/environment.mjs'
import { install } from './parts/install.mjs'
import { withLock } from './parts/lock.mjs'
import { buildFor, prepareServer } from './parts/prepared.mjs'
import { runServer } from './parts/server.mjs'
import { chooseStore } from './parts/store.mjs'

/** `npm start`: from a bare clone to a running console. What can be refused is refused before anything is installed or built. */
await runScript(async () => {
  const settings = readSettings()
  await checkPort(settings)
  const sayWaiting = () => console.log('Another start in this checkout is building: waiting for it …')
  const folder = await withLock(join(root, '.rollcall/build.lock'), sayWaiting, async () => {
    await install()
    await build(buildFor(settings))
    return prepareServer({ root, copies: join(root, '.rollcall/base-path'), settings })
  })
  const store = await chooseStore(settings, root)
  await runServer({ folder, settings, store })
})
