import { readFileSync } from 'node:fs'
import { parseSettings, type Settings } from './settings.mjs'

let settings: Settings | null = null

/** The settings of this process, read from the environment once. Throws one error with every fault, a sentence a line, none with a secret in it. */
export function getConfig(): Settings {
  settings ??= readConfig()
  return settings
}

function readConfig(): Settings {
  const parsed = parseSettings(process.env, (path) => readFileSync(path, 'utf8'))
  if (parsed.settings === null) throw new Error(parsed.faults.join('\n'))
  return parsed.settings
}
