import { isObject, not, quote, refuseStrangers } from './config-words.mjs'

/** The same list as in `session/custom-format.ts`, for the launcher has no TypeScript; a test holds one against the other. */
const bytesSteps = ['base64', 'hex', 'gzip', 'zlib', 'deflate', 'brotli', 'zstd', 'snappy']
const treeSteps = ['json', 'msgpack', 'php', 'php-session', 'igbinary', 'pickle', 'java']
export const encodingNames = ['hash', ...bytesSteps, ...treeSteps]
const factNames = ['principal', 'label', 'createdAt', 'lastSeenAt', 'expiresAt', 'ip', 'userAgent']
const formatNames = ['id', 'label', 'prefix', 'suffix', 'companions', 'encoding', 'paths', 'secrets']
const mostFormats = 50
const mostSteps = 8

/** The `formats` of the settings file, checked; `builtIn` are ids that are taken. */
export function readCustomFormats(formats = [], builtIn, tell) {
  if (!Array.isArray(formats)) return tell('/formats', 'must be a list') ?? []
  if (formats.length > mostFormats) tell('/formats', `has more than ${mostFormats} entries`)
  const read = formats.map((format, index) => readFormat(format, `/formats/${index}`, tell))
  for (const [index, { id, prefix }] of read.entries()) {
    const pointer = `/formats/${index}`
    if (builtIn.includes(id)) tell(`${pointer}/id`, `is the id of a format that is built in: ${quote(id)}`)
    if (read.findIndex((other) => other.id === id) < index) tell(`${pointer}/id`, `is there twice: ${quote(id)}`)
    if (read.findIndex((other) => other.prefix === prefix) < index) {
      tell(`${pointer}/prefix`, `is there twice: ${quote(prefix)}`)
    }
  }
  return read
}

function readFormat(format, pointer, tell) {
  const empty = {
    id: pointer,
    label: '',
    prefix: pointer,
    suffix: '',
    companions: [],
    encoding: [],
    paths: {},
    secrets: [],
  }
  if (!isObject(format)) {
    tell(pointer, 'must be an object')
    return empty
  }
  refuseStrangers(format, formatNames, pointer, tell)
  const { id, label = id, prefix, suffix = '', companions = [], encoding = ['json'], paths = {}, secrets = [] } = format
  if (typeof id !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(id)) {
    tell(`${pointer}/id`, `must be a name of small letters, figures and dashes, ${not(id)}`)
  }
  if (typeof label !== 'string' || !/^[^\p{C}]{1,40}$/u.test(label)) {
    tell(`${pointer}/label`, `must be a text of 1 to 40 characters, ${not(label)}`)
  }
  return {
    id,
    label,
    prefix: readPrefix(prefix, `${pointer}/prefix`, tell),
    suffix: readSuffix(suffix, `${pointer}/suffix`, tell),
    companions: readCompanions(companions, { prefix, suffix }, `${pointer}/companions`, tell),
    encoding: readEncoding(encoding, `${pointer}/encoding`, tell),
    paths: readPaths(paths, `${pointer}/paths`, tell),
    secrets: readSecrets(secrets, `${pointer}/secrets`, tell),
  }
}

function readPrefix(prefix, pointer, tell) {
  if (typeof prefix !== 'string' || prefix === '' || prefix.length > 500) {
    tell(pointer, `must be what the keys begin with, 1 to 500 characters, ${not(prefix)}`)
    return pointer
  }
  if (prefix.includes('*')) tell(pointer, `must be a prefix, not a pattern: write ${quote(prefix.split('*')[0])}`)
  if (prefix.startsWith('rollcall:')) tell(pointer, `must not name Rollcall's own keys, rollcall:`)
  return prefix
}

function readSuffix(suffix, pointer, tell) {
  if (typeof suffix === 'string' && suffix.length <= 500 && !suffix.includes('*')) return suffix
  return (
    tell(pointer, `must be what the keys end with behind the id, 500 characters at most, no pattern, ${not(suffix)}`) ??
    ''
  )
}

function readCompanions(companions, session, pointer, tell) {
  if (!Array.isArray(companions)) return tell(pointer, 'must be a list') ?? []
  for (const [index, key] of companions.entries()) {
    const place = `${pointer}/${index}`
    if (typeof key !== 'string' || key.split('{id}').length !== 2 || key.length > 500) {
      tell(place, `must be a key with {id} once, where the id of the session stands, ${not(key)}`)
    } else if (takesSessions(key, session)) {
      tell(place, `would take every session for a companion: ${quote(key)}`)
    } else if (key.startsWith('rollcall:') || key.startsWith('{id}')) {
      tell(place, `must begin with a name of the application's own, ${not(key)}`)
    }
  }
  return companions
}

/** Whether the key of a session, whatever its id, has the form of this companion. */
function takesSessions(companion, { prefix, suffix }) {
  const [before, after] = companion.split('{id}')
  return `${prefix}`.startsWith(before) && `${suffix}`.endsWith(after)
}

function readEncoding(encoding, pointer, tell) {
  if (!Array.isArray(encoding) || encoding.length === 0 || encoding.length > mostSteps) {
    return tell(pointer, `must be a list of 1 to ${mostSteps} steps, from the outside in`) ?? []
  }
  for (const [index, step] of encoding.entries()) {
    if (!encodingNames.includes(step)) {
      tell(`${pointer}/${index}`, `must be one of ${encodingNames.join(', ')}, ${not(step)}`)
    } else if (step === 'hash' && index > 0) tell(`${pointer}/${index}`, 'must stand first: a hash is in nothing else')
  }
  const last = encoding[encoding.length - 1]
  if (bytesSteps.includes(last)) {
    tell(
      `${pointer}/${encoding.length - 1}`,
      `must not be the last: say what is inside, one of ${treeSteps.join(', ')}`,
    )
  }
  return encoding
}

function readPaths(paths, pointer, tell) {
  if (!isObject(paths)) return tell(pointer, 'must be an object') ?? {}
  refuseStrangers(paths, factNames, pointer, tell)
  return Object.fromEntries(
    Object.entries(paths).map(([fact, path]) => {
      const names = typeof path === 'string' ? namesOf(path) : null
      if (names === null) {
        tell(
          `${pointer}/${fact}`,
          `must be names with dots between them, such as user.id (a dot in a name: \\.), ${not(path)}`,
        )
      }
      return [fact, names ?? []]
    }),
  )
}

function readSecrets(secrets, pointer, tell) {
  if (!Array.isArray(secrets)) return tell(pointer, 'must be a list') ?? []
  return secrets.map((name, index) => {
    if (typeof name === 'string' && /^[^\p{C}]{1,100}$/u.test(name)) return name.toLowerCase()
    tell(`${pointer}/${index}`, `must be a name of 1 to 100 characters, ${not(name)}`)
    return ''
  })
}

/** `a.b\.c` is `a` and in it `b.c`; null where a name is empty or a backslash stands before anything but a dot or a backslash. */
function namesOf(path) {
  if (path.length > 500 || !/^(?:[^.\\]|\\[.\\])+(?:\.(?:[^.\\]|\\[.\\])+)*$/.test(path)) return null
  return path.match(/(?:[^.\\]|\\[.\\])+/g).map((name) => name.replace(/\\([.\\])/g, '$1'))
}
