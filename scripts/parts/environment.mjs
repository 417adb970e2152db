import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSettings } from '../../lib/settings.mjs'
import { Failure } from './ending.mjs'

/** The folder of the checkout, or of the image. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Reads `.env` where there is one (what is set already wins), then the settings; every fault is told at once. */
export function readSettings() {
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'))
  for (const [name, value] of Object.entries(process.env)) {
    // The server runs in another folder than the one in which the path was written.
    if (/^(?:(?:REDIS_URL|ROLLCALL_.*)_FILE|ROLLCALL_CONFIG)$/.test(name) && value?.trim())
      process.env[name] = resolve(value)
  }
  const parsed = parseSettings(process.env, (path) => readFileSync(path, 'utf8'))
  if (parsed.settings === null) throw new Failure(parsed.faults.join('\n'))
  return parsed.settings
}

/** Throws unless we may listen there. */
export async function checkPort({ port, bind }) {
  const server = createServer()
  try {
    await new Promise((done, failed) => {
      server.once('error', failed)
      server.listen({ port, host: bind, exclusive: true }, done)
    })
  } catch (error) {
    throw new Failure(describeListenError(error.code, port, bind))
  } finally {
    server.close()
  }
}

function describeListenError(code, port, bind) {
  if (code === 'EADDRINUSE') return `Port ${port} on ${bind} is taken by another program: stop it, or set PORT.`
  if (code === 'EACCES') return `Port ${port} may not be used by this user: set PORT to 1024 or more.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `ROLLCALL_BIND is no address of this machine: ${bind}.`
  return `Port ${port} on ${bind} cannot be used: ${code}.`
}
