import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { secrets } from '../../lib/settings.mjs'
import { root } from './environment.mjs'
import { runStep } from './step.mjs'

/** What Next puts in place of a base path that is known only at start. */
export const basePathPlaceholder = '/__BASE_PATH__'

const inputFolders = ['app', 'components', 'lib', 'public']
const inputFiles = ['package.json', 'package-lock.json', 'tsconfig.json']
/** Beside them every script at the root, but what only tests read and what Next writes itself. */
const rootScript = /^(?!vitest\.|playwright\.|next-env\.).*\.(ts|js|mjs)$/

/** Builds into `folder` unless what stands there was built from exactly these sources; returns the folder of the standalone server. */
export async function build({ folder, hasPlaceholder }) {
  const server = join(root, folder, 'standalone')
  const marker = join(root, folder, 'rollcall-built-from')
  const hash = hashInputs()
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return server
  rmSync(marker, { force: true })
  const tsconfig = readFileSync(join(root, 'tsconfig.json'))
  try {
    await runStep('Building', process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
      env: {
        ...withoutSettings(process.env),
        NODE_ENV: 'production',
        NEXT_TELEMETRY_DISABLED: '1',
        ROLLCALL_BUILD_DIR: folder,
        ROLLCALL_BUILD_BASE_PATH: hasPlaceholder ? basePathPlaceholder : '',
      },
    })
  } finally {
    // Next adds each new build folder to it, and it is a source of ours.
    if (!readFileSync(join(root, 'tsconfig.json')).equals(tsconfig))
      writeFileSync(join(root, 'tsconfig.json'), tsconfig)
  }
  complete(folder, server)
  writeFileSync(marker, hash)
  return server
}

/** Stands where secrets would: a story looks for it in all that browsers load, and finds none. */
export const canary = 'rollcall-canary-of-the-build'

/** The environment without the settings of whoever builds: what the build never sees, it cannot put anywhere. Each secret is a canary. */
export function withoutSettings(env) {
  const others = Object.entries(env).filter(([name]) => !/^(ROLLCALL_|REDIS_URL|PUBLIC_URL$|BASE_PATH$)/.test(name))
  const canaries = secrets.map((name) => [name, name.endsWith('_URL') ? `redis://:${canary}@127.0.0.1:6379` : canary])
  return Object.fromEntries([...others, ...canaries])
}

/** Puts in place what Next leaves out of the standalone folder, and takes out the settings of whoever built it. */
function complete(folder, server) {
  cpSync(join(root, folder, 'static'), join(server, folder, 'static'), { recursive: true })
  if (existsSync(join(root, 'public'))) cpSync(join(root, 'public'), join(server, 'public'), { recursive: true })
  for (const name of readdirSync(server)) if (name.startsWith('.env')) rmSync(join(server, name))
}

function hashInputs() {
  const hash = createHash('sha256').update(process.version.split('.')[0])
  for (const file of listInputs()) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function listInputs() {
  const found = [...inputFiles, ...readdirSync(root).filter((name) => rootScript.test(name))]
  for (const folder of inputFolders.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name).slice(root.length + 1)
      if (entry.isFile() && !/\.test\.tsx?$|\/fixtures\//.test(file)) found.push(file)
    }
  }
  return found.sort()
}
