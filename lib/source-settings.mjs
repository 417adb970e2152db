import { isObject, not, quote, refuseStrangers } from './config-words.mjs'
import { readPrefixList } from './prefix-settings.mjs'
import { parseRedisAddress } from './redis-address.mjs'

const names = [
  'name',
  'url',
  'urlFile',
  'username',
  'passwordFile',
  'sentinelPasswordFile',
  'match',
  'format',
  'color',
  'readOnly',
]
const mostSources = 50
/** Watched where a source names no prefixes. */
export const builtInPrefixes = ['session:', 'sess:']

/**
 * The `sources` of the settings file: several Redis, each with its own address, prefixes, format, colour and permission. Faults point into the file and hold no part of an address.
 */
export function readSources(sources = [], { readFile, formats, colors, tell }) {
  if (!Array.isArray(sources)) return tell('/sources', 'must be a list') ?? []
  if (sources.length > mostSources) tell('/sources', `has more than ${mostSources} entries`)
  const read = sources.flatMap((source, index) => {
    const pointer = `/sources/${index}`
    if (!isObject(source)) return tell(pointer, 'must be an object') ?? []
    return { ...readSource(source, pointer, { readFile, formats, colors, tell }), pointer }
  })
  for (const [index, one] of read.entries()) {
    const twin = read.slice(0, index).find((other) => other.id === one.id)
    if (twin) tell(`${one.pointer}/name`, `must differ from the others in letters or figures, ${not(one.name)}`)
    refuseOverlaps(one, read.slice(0, index), tell)
  }
  return read.map(({ pointer: _pointer, ...one }) => one)
}

function readSource(source, pointer, { readFile, formats, colors, tell }) {
  refuseStrangers(source, names, pointer, tell)
  const { name, match, format, color = 'grey', readOnly = false } = source
  const id =
    typeof name === 'string'
      ? name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^-|-$/g, '')
      : ''
  if (id === '' || name.length > 24 || /\p{C}/u.test(name)) {
    tell(`${pointer}/name`, `must be a name of at most 24 characters, with a letter or a figure, ${not(name)}`)
  }
  if (!colors.includes(color)) tell(`${pointer}/color`, `must be one of ${colors.join(', ')}, ${not(color)}`)
  if (typeof readOnly !== 'boolean') tell(`${pointer}/readOnly`, `must be true or false, ${not(readOnly)}`)
  if (format !== undefined && !formats.includes(format)) {
    tell(`${pointer}/format`, `must be one of ${formats.join(', ')}, ${not(format)}`)
  }
  return {
    id,
    name,
    color,
    isReadOnly: readOnly === true,
    address: readAddress(source, pointer, readFile, tell),
    format: format ?? null,
    prefixes: readMatch(match, format ?? null, `${pointer}/match`, formats, tell),
  }
}

function readMatch(match, format, pointer, formats, tell) {
  if (match === undefined) return null
  if (!Array.isArray(match) || match.length === 0 || match.some((entry) => typeof entry !== 'string')) {
    return tell(pointer, 'must be a list of prefixes, each optionally prefix=format') ?? null
  }
  const read = readPrefixList(match, formats, (what) => tell(pointer, what))
  return read.map((one) => ({ ...one, format: one.format ?? format }))
}

/** Null where it has a fault, which is told. */
function readAddress(source, pointer, readFile, tell) {
  const { url, urlFile, username, passwordFile, sentinelPasswordFile } = source
  for (const [name, value] of Object.entries({ url, urlFile, username, passwordFile, sentinelPasswordFile })) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      return tell(`${pointer}/${name}`, 'must be a text') ?? null
    }
  }
  if ((url === undefined) === (urlFile === undefined)) return tell(pointer, 'needs one of url and urlFile') ?? null
  const read = (name, path) => {
    try {
      const text = readFile(path).replace(/\r?\n$/, '')
      if (text !== '') return text
      tell(`${pointer}/${name}`, 'names an empty file')
    } catch {
      tell(`${pointer}/${name}`, 'names a file that cannot be read')
    }
    return null
  }
  const text = url ?? read('urlFile', urlFile)
  if (text === null) return null
  const parsed = parseRedisAddress(text)
  if ('fault' in parsed) return tell(`${pointer}/${url === undefined ? 'urlFile' : 'url'}`, parsed.fault) ?? null
  const { address } = parsed
  if (username !== undefined && passwordFile === undefined) {
    return tell(`${pointer}/username`, 'needs passwordFile beside it') ?? null
  }
  const password = passwordFile === undefined ? address.password : read('passwordFile', passwordFile)
  const sentinelPassword =
    sentinelPasswordFile === undefined ? address.sentinelPassword : read('sentinelPasswordFile', sentinelPasswordFile)
  const files = { url: urlFile, password: passwordFile, sentinelPassword: sentinelPasswordFile }
  return {
    ...address,
    username: username ?? address.username,
    password,
    sentinelPassword,
    secretFiles: Object.fromEntries(Object.entries(files).filter(([, path]) => path !== undefined)),
  }
}

/** Where two would tell of the same keys: of one Redis under two names, or under two prefixes of one. */
function refuseOverlaps(one, others, tell) {
  const own = prefixesOf(one)
  for (const [index, prefix] of own.entries()) {
    const inner = own.slice(0, index).find((other) => overlap(prefix, other))
    if (inner !== undefined) tell(`${one.pointer}/match`, sayOverlap(prefix, inner))
  }
  for (const other of others) {
    if (!isSameRedis(one.address, other.address)) continue
    for (const prefix of own) {
      const theirs = prefixesOf(other).find((known) => overlap(prefix, known))
      if (theirs === undefined) continue
      tell(
        `${one.pointer}/match`,
        `${sayOverlap(prefix, theirs)}, which ${quote(String(other.name))} watches in the same Redis`,
      )
    }
  }
}

const prefixesOf = ({ prefixes }) => prefixes?.map(({ prefix }) => prefix) ?? builtInPrefixes
const overlap = (a, b) => a.startsWith(b) || b.startsWith(a)
const sayOverlap = (one, other) => `names ${quote(one || '*')}, which overlaps with ${quote(other || '*')}`

function isSameRedis(one, other) {
  if (one === null || other === null) return false
  const placeOf = ({ topology, hosts, path, masterName }) =>
    JSON.stringify([topology === 'cluster', masterName, path, hosts.map(({ host, port }) => `${host}:${port}`).sort()])
  return placeOf(one) === placeOf(other) && one.databases.some((database) => other.databases.includes(database))
}
