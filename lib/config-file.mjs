import { createTeller, isObject, refuseStrangers } from './config-words.mjs'
import { readCustomFormats } from './custom-formats.mjs'
import { readSources } from './source-settings.mjs'

/** What the file of `ROLLCALL_CONFIG` describes: formats of one's own, and several Redis. Its faults are told together, each with a pointer. */
export function readConfigFile(path, readFile, { formats, colors }, faults) {
  const nothing = { customFormats: [], sources: [] }
  if (path === undefined) return nothing
  let text
  try {
    text = readFile(path)
  } catch {
    faults.push('ROLLCALL_CONFIG names a file that cannot be read.')
    return nothing
  }
  const tell = createTeller(faults)
  const config = parse(text, tell)
  if (config === undefined) return nothing
  if (!isObject(config)) {
    tell('as a whole', 'must be an object with formats or sources')
    return nothing
  }
  refuseStrangers(config, ['formats', 'sources'], '', tell)
  const customFormats = readCustomFormats(config.formats, formats, tell)
  const known = [...customFormats.map(({ id }) => id), ...formats]
  return { customFormats, sources: readSources(config.sources, { readFile, formats: known, colors, tell }) }
}

function parse(text, tell) {
  try {
    return JSON.parse(text)
  } catch {
    // The words of JSON.parse repeat what stands there.
    tell('as a whole', 'is not valid JSON')
    return undefined
  }
}
