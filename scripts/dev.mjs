import './parts/node-version.mjs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { atEnd, end, endWellWhenAsked, runScript } from './parts/ending.mjs'
import { checkPort, readSettings, root } from './parts/environment.mjs'
import { install } from './parts/install.mjs'
import { withLock } from './parts/lock.mjs'
import { stopGroup } from './parts/step.mjs'
import { chooseStore } from './parts/store.mjs'

/** `npm run dev`: the store of `npm start` and Next's development server, which rebuilds what changes. */
await runScript(async () => {
  const settings = readSettings()
  await checkPort(settings)
  await withLock(join(root, '.rollcall/build.lock'), () => console.log('Waiting for another start …'), install)
  const store = await chooseStore(settings, root)
  console.log(['Store: ', store.words.join('\n       ')].join(''))
  const next = join(root, 'node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'dev', '-p', String(settings.port), '-H', settings.bind], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...store.env, NEXT_TELEMETRY_DISABLED: '1', ROLLCALL_BUILD_BASE_PATH: settings.basePath },
  })
  atEnd(() => stopGroup(child))
  endWellWhenAsked()
  child.once('exit', (code) => end(code ?? 1))
})
