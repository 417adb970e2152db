import { readFileSync } from 'node:fs'
import { parseSettings, type Settings } from './settings.mjs'

let settings: Settings | null = null

/** The settings of this process, read from the environment once. Throws one error with every fault, a sentence a line, none with a secret in it. */
export function getConfig(): Settings & { redis: NonNullable<Settings['redis']> } {
  settings ??= readConfig()
  if (settings.redis === null) throw new Error('REDIS_URL is not set: npm start chooses a store where there is none.')
  return { ...settings, redis: settings.redis }
}

function readConfig(): Settings {
  const parsed = parseSettings(process.env, (path) => readFileSync(path, 'utf8'))
  if (parsed.settings === null) throw new Error(parsed.faults.join('\n'))
  return parsed.settings
}
