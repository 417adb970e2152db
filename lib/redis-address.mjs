import { isIPv6 } from 'node:net'

const topologies = {
  redis: { topology: 'standalone', port: 6379 },
  rediss: { topology: 'standalone', port: 6379 },
  unix: { topology: 'unix', port: 0 },
  'redis+sentinel': { topology: 'sentinel', port: 26379 },
  'redis+cluster': { topology: 'cluster', port: 6379 },
}
const parameters = ['db', 'tls', 'sentinelUsername', 'sentinelPassword', 'caFile', 'certFile', 'keyFile']

/**
 * Reads the address of a Redis in any of its forms. Our own parser: several hosts are no WHATWG URL.
 * A fault is what is wrong, to be put behind the setting's name; no part of the address is in it, because any part may be a password.
 * @param {string} text
 * @returns {{ address: import('./settings.mjs').RedisAddress } | { fault: string }}
 */
export function parseRedisAddress(text) {
  try {
    return { address: readAddress(text) }
  } catch (error) {
    // Only our own sentences are thrown below; decodeURIComponent's URIError says nothing that helps.
    return { fault: error instanceof AddressFault ? error.message : 'has a % that is not followed by two hex digits' }
  }
}

class AddressFault extends Error {}

function readAddress(text) {
  const match = /^([a-z+]+):\/\/([^/?]*)([^?]*)(?:\?(.*))?$/s.exec(text)
  const kind = match && Object.hasOwn(topologies, match[1]) ? topologies[match[1]] : null
  if (!kind) {
    throw new AddressFault('must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://')
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\s#\x00-\x1f]/.test(text)) throw new AddressFault('holds a space or a #: percent-encode it')
  const [, scheme, authority, path, query = ''] = match
  const { topology } = kind
  const at = authority.lastIndexOf('@')
  const found = readParameters(query)
  const address = {
    topology,
    hosts: topology === 'unix' ? [] : readHosts(authority.slice(at + 1), kind.port),
    path: null,
    masterName: null,
    ...readUser(at < 0 ? null : authority.slice(0, at)),
    sentinelUsername: found.sentinelUsername ?? null,
    sentinelPassword: found.sentinelPassword ?? null,
    tls: scheme === 'rediss' || readFlag(found.tls),
    databases: [0],
    ...readTlsFiles(found),
  }
  if (address.tlsFiles && !address.tls)
    throw new AddressFault('names files of TLS but is no TLS: write rediss:// or tls=1')
  let pathDatabase = decodeURIComponent(path).slice(1)
  if (topology === 'unix') {
    if (authority.slice(at + 1) !== '' || path.length < 2) {
      throw new AddressFault('must hold an absolute path: unix:///run/redis.sock')
    }
    address.path = decodeURIComponent(path)
    pathDatabase = ''
  }
  if (topology === 'sentinel') {
    const [name, database = '', more] = path.slice(1).split('/').map(decodeURIComponent)
    if (!name || more !== undefined)
      throw new AddressFault("must name the sentinels' primary: redis+sentinel://host:26379/name")
    address.masterName = name
    pathDatabase = database
  } else if (found.sentinelUsername !== undefined || found.sentinelPassword !== undefined) {
    throw new AddressFault('has a sentinel user or password but is no redis+sentinel:// address')
  }
  if (address.sentinelUsername !== null && address.sentinelPassword === null) {
    throw new AddressFault('has a sentinelUsername without a sentinelPassword')
  }
  if (topology === 'standalone' && address.hosts.length > 1) {
    throw new AddressFault('names several hosts: write redis+cluster:// or redis+sentinel://')
  }
  address.databases = readDatabases(pathDatabase, found.db)
  if (topology === 'cluster' && address.databases.some((database) => database !== 0)) {
    throw new AddressFault('names a database, but a cluster has only database 0')
  }
  return address
}

function readParameters(query) {
  const found = {}
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name, value = ''] = pair.split(/=(.*)/s)
    if (!parameters.includes(name)) throw new AddressFault(`knows only the parameters ${parameters.join(', ')}`)
    if (found[name] !== undefined) throw new AddressFault(`has the parameter ${name} twice`)
    if (value === '') throw new AddressFault(`has an empty parameter ${name}`)
    found[name] = decodeURIComponent(value)
  }
  return found
}

function readUser(userinfo) {
  if (userinfo === null || userinfo === '') return { username: null, password: null }
  const [username, password = ''] = userinfo.split(/:(.*)/s).map((part) => decodeURIComponent(part ?? ''))
  if (password === '') {
    throw new AddressFault('has a user without a password; for a password alone write redis://:password@host')
  }
  return { username: username === '' ? null : username, password }
}

function readHosts(list, defaultPort) {
  return list.split(',').map((entry) => {
    const [, ipv6, name, port = String(defaultPort)] = /^(?:\[(.+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(entry) ?? []
    if (name === undefined && !(ipv6 !== undefined && isIPv6(ipv6))) {
      throw new AddressFault('has a host that cannot be read: write host:port, an IPv6 address in [brackets]')
    }
    if (Number(port) < 1 || Number(port) > 65_535) throw new AddressFault('has a port outside 1 to 65535')
    return { host: ipv6 ?? name, port: Number(port) }
  })
}

function readFlag(value = '0') {
  if (!/^(1|0|on|off|true|false)$/.test(value)) throw new AddressFault('has a tls that is neither 1 nor 0')
  return /^(1|on|true)$/.test(value)
}

function readTlsFiles({ caFile, certFile, keyFile }) {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new AddressFault('needs certFile and keyFile together')
  if (caFile === undefined && certFile === undefined) return {}
  const files = { ca: caFile, cert: certFile, key: keyFile }
  return { tlsFiles: Object.fromEntries(Object.entries(files).filter(([, path]) => path !== undefined)) }
}

function readDatabases(fromPath, fromQuery) {
  if (fromPath !== '' && fromQuery !== undefined) throw new AddressFault('names its database twice, as path and as db=')
  const databases = (fromQuery ?? (fromPath || '0')).split(',')
  if (databases.some((database) => !/^\d{1,5}$/.test(database))) {
    throw new AddressFault('has a database that is no number')
  }
  const numbers = databases.map(Number)
  if (new Set(numbers).size < numbers.length) throw new AddressFault('names a database twice')
  return numbers
}
