import { readFileSync } from 'node:fs'
import { parseSettings, type Settings } from './settings.mjs'

let parsed: ReturnType<typeof parseSettings> | null = null

/** The settings of this process, read from the environment once. Throws one error with every fault where there are any. */
export function getConfig(): Settings {
  const { settings, faults } = parse()
  if (settings === null) throw new Error(faults.join('\n'))
  return settings
}

/** All that is wrong with the settings, a sentence each, none with a secret in it; empty: nothing is. */
export function findFaults(): readonly string[] {
  return parse().faults
}

function parse() {
  parsed ??= parseSettings(process.env, (path) => readFileSync(path, 'utf8'))
  return parsed
}
