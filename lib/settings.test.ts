import { expect, test } from 'vitest'
import { formats } from '@/lib/formats'
import { encodings } from '@/lib/session/custom-format'
import { defaultThresholds } from '@/lib/session/thresholds'
import { encodingNames } from './custom-formats.mjs'
import { parseRedisAddress } from './redis-address.mjs'
import { parseSettings } from './settings.mjs'

const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b+dWRWJTmaasdvqklpRQgQmW2U'

function parse(env: Record<string, string>, files: Record<string, string> = {}) {
  return parseSettings(env, (path) => {
    const text = files[path]
    if (text === undefined) throw new Error('ENOENT')
    return text
  })
}

function settingsOf(env: Record<string, string>, files?: Record<string, string>) {
  const parsed = parse(env, files)
  expect(parsed.faults).toEqual([])
  if (parsed.settings === null) throw new Error('no settings')
  return parsed.settings
}

function addressOf(url: string) {
  const parsed = parseRedisAddress(url)
  if ('fault' in parsed) throw new Error(parsed.fault)
  return parsed.address
}

test('an empty environment gives the defaults of the manual', () => {
  expect(settingsOf({})).toEqual({
    redis: null,
    store: 'private',
    storeReason: '',
    prefixes: null,
    customFormats: [],
    sources: [],
    home: null,
    port: 3000,
    bind: '127.0.0.1',
    allowedHosts: ['localhost', '127.0.0.1', '[::1]'],
    adminPassword: null,
    admins: [],
    secret: null,
    isReadOnly: false,
    environment: null,
    hasMetrics: false,
    metricsToken: null,
    hasDemo: true,
    hasSamples: true,
    idleMs: 1_800_000,
    absoluteMs: 43_200_000,
    guardMs: 300_000,
    basePath: '',
    publicUrl: null,
    trustsProxy: false,
    logLevel: 'info',
    hasParent: false,
    maxSessions: 2_000_000,
    openId: null,
    proxy: null,
    isRedisDebugged: false,
    hidesAddressesFrom: [],
    thresholds: defaultThresholds,
  })
})

test('a store of one’s own has no demo unless asked, and never sample sessions', () => {
  expect(settingsOf({ REDIS_URL: 'redis://h' })).toMatchObject({ store: 'given', hasDemo: false, hasSamples: false })
  expect(settingsOf({ REDIS_URL: 'redis://h', ROLLCALL_DEMO: 'on' })).toMatchObject({
    hasDemo: true,
    hasSamples: false,
  })
  expect(settingsOf({ ROLLCALL_DEMO: 'off' })).toMatchObject({ hasDemo: false, hasSamples: false })
  expect(settingsOf({ REDIS_URL: 'redis://h', ROLLCALL_STORE: 'private' })).toMatchObject({ hasSamples: true })
})

test.each([
  ['redis://h', { topology: 'standalone', hosts: [{ host: 'h', port: 6379 }], tls: false, databases: [0] }],
  ['redis://h:1/2', { hosts: [{ host: 'h', port: 1 }], databases: [2] }],
  ['redis://h/?db=0,2&tls=1', { databases: [0, 2], tls: true }],
  ['rediss://u:p%40ss@h', { tls: true, username: 'u', password: 'p@ss' }],
  ['redis://:p:a@ss@h', { username: null, password: 'p:a@ss' }],
  ['redis://[::1]:7000', { hosts: [{ host: '::1', port: 7000 }] }],
  ['unix:///run/my%20redis.sock?db=3', { topology: 'unix', hosts: [], path: '/run/my redis.sock', databases: [3] }],
  ['unix://:pw@/run/redis.sock', { path: '/run/redis.sock', password: 'pw' }],
  [
    'redis+sentinel://u:p@a:1,b/main/4?sentinelPassword=x%26y&sentinelUsername=z',
    {
      topology: 'sentinel',
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26379 },
      ],
      masterName: 'main',
      databases: [4],
      sentinelPassword: 'x&y',
      sentinelUsername: 'z',
    },
  ],
  ['redis+cluster://a:1,[::2]:3?tls=true', { topology: 'cluster', tls: true, masterName: null }],
])('the address %s is understood', (url, expected) => {
  expect(addressOf(url)).toMatchObject(expected)
})

test.each([
  'localhost:6379',
  'http://h',
  'redis://',
  'redis://h:0',
  'redis://h:70000',
  'redis://h:port',
  'redis://a,b',
  'redis://h/x',
  'redis://h/1?db=2',
  'redis://h?db=1,1',
  'redis://h?db=',
  'redis://h?dbs=1',
  'redis://h?tls=maybe',
  'redis://h?tls=1&tls=1',
  'redis://user@h',
  'redis://:p%zz@h',
  'redis://h ost',
  'redis://:a#b@h',
  'redis://[::zz]',
  'redis://h?sentinelPassword=x',
  'redis+sentinel://h',
  'redis+sentinel://h/name?sentinelUsername=x',
  'redis+cluster://h/1',
  'unix://',
  'unix://host/path',
  'constructor://h',
])('the address %s is refused', (url) => {
  expect(parseRedisAddress(url)).toHaveProperty('fault')
})

test('a fault never repeats a secret', () => {
  const secret = 'hunter2'
  const { faults } = parse({
    REDIS_URL: `redis://user:${secret}%zz@h`,
    ROLLCALL_HOME_URL: `http://user:${secret}@h`,
    ROLLCALL_ADMIN_PASSWORD: secret,
    ROLLCALL_ADMINS: `bob:viewer:${secret}`,
    ROLLCALL_SECRET: secret,
  })
  expect(faults).toHaveLength(5)
  expect(faults.join()).not.toContain(secret)
})

test('all faults are told at once, each naming its setting', () => {
  const env = {
    REDIS_URL: '',
    PORT: '99999',
    ROLLCALL_BIND: 'not a host',
    ROLLCALL_READ_ONLY: 'maybe',
    ROLLCALL_IDLE_MS: '30m',
    ROLLCALL_MATCH: 'session:*',
    PUBLIC_URL: 'https://h/path',
    BASE_PATH: 'rollcall/',
    LOG_LEVEL: 'loud',
    ROLLCALL_CONFIG: 'x.json',
    ROLLCALL_NONSENSE: '1',
  }
  const { faults } = parse(env)
  for (const name of Object.keys(env)) expect(faults.some((fault) => fault.includes(name))).toBe(true)
  for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+ .*\.$|^ROLLCALL_ADMINS, .*\.$/)
})

test.each([
  [{ ROLLCALL_CONFIG: 'x.json' }, 'ROLLCALL_CONFIG names a file that cannot be read.'],
  [{ ROLLCALL_METRICS: 'yes' }, 'ROLLCALL_METRICS must be on or off, not "yes".'],
  [{ ROLLCALL_METRICS_TOKEN: 'short' }, 'ROLLCALL_METRICS_TOKEN must have at least 16 characters.'],
  [{ ROLLCALL_METRICS_TOKEN: '' }, 'ROLLCALL_METRICS_TOKEN is empty.'],
  [
    { ROLLCALL_GUARD_MS: '1' },
    'ROLLCALL_GUARD_MS must be a whole number of milliseconds from 1000 to 86400000, not "1".',
  ],
  [{ ROLLCALL_MATCHES: 'x' }, 'ROLLCALL_MATCHES is no setting of Rollcall.'],
  [{ ROLLCALL_BIND: '0.0.0.0' }, 'set ROLLCALL_ADMIN_PASSWORD too'],
  [{ ROLLCALL_OVERSIZED_BYTES: '4k' }, 'must be a whole number of bytes from 1 to 1073741824, not "4k"'],
  [{ ROLLCALL_OVERSIZED_BYTES: '70000' }, 'ROLLCALL_HUGE_BYTES'],
  [{ ROLLCALL_ANONYMOUS_PERCENT: '101' }, 'from 0 to 100'],
  [{ ROLLCALL_LONGEST_LIFE_MS: '30d' }, 'of milliseconds'],
  [{ ROLLCALL_SESSIONS_EACH: '0' }, 'ROLLCALL_SESSIONS_EACH'],
  [{ ROLLCALL_MATCH: 'a,a=plain' }, 'twice'],
  [{ ROLLCALL_MATCH: 'rollcall:console:' }, 'own keys'],
  [{ ROLLCALL_MATCH: 'a=nonsense' }, 'ROLLCALL_MATCH knows the formats native, '],
  [{ ROLLCALL_MATCH: 'a,,b' }, 'empty entry'],
  [{ ROLLCALL_HOME_URL: 'redis://h?db=1,2' }, 'one database'],
  [{ ROLLCALL_ADMINS: `admin:viewer:${hash}` }, 'there already'],
  [{ ROLLCALL_ADMINS: `bob:owner:${hash}` }, 'entry 1'],
  [{ ROLLCALL_IDLE_MS: '2000', ROLLCALL_ABSOLUTE_MS: '1000' }, 'longer'],
  [{ BASE_PATH: '/api' }, 'BASE_PATH'],
  [{ BASE_PATH: '/a/../b' }, 'BASE_PATH'],
  [{ ROLLCALL_ALLOWED_HOSTS: 'a b' }, 'ROLLCALL_ALLOWED_HOSTS'],
  [{ ROLLCALL_SECRET: '' }, 'ROLLCALL_SECRET is empty.'],
])('%o is a fault', (env, words) => {
  const { faults } = parse(env as Record<string, string>)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toContain(words)
})

test('an empty value is as unset, except for secrets', () => {
  expect(settingsOf({ PORT: '', ROLLCALL_MATCH: ' ', ROLLCALL_NONSENSE: '' }).port).toBe(3000)
})

test('every secret may come from a file, its last newline cut', () => {
  const files = { '/url': 'redis://:pw@h\n', '/password': ' fifteen letters!\r\n', '/admins': `a:viewer:${hash}\n` }
  const settings = settingsOf(
    { REDIS_URL_FILE: '/url', ROLLCALL_ADMIN_PASSWORD_FILE: '/password', ROLLCALL_ADMINS_FILE: '/admins' },
    files,
  )
  expect(settings.redis?.password).toBe('pw')
  expect(settings.store).toBe('given')
  expect(settings.adminPassword).toBe(' fifteen letters!')
  expect(settings.admins).toEqual([{ username: 'a', role: 'viewer', hash }])
})

test('a secret twice, in a missing file or in an empty one is a fault', () => {
  expect(parse({ REDIS_URL: 'redis://h', REDIS_URL_FILE: '/url' }).faults).toEqual([
    'REDIS_URL and REDIS_URL_FILE are both set: keep one.',
  ])
  expect(parse({ ROLLCALL_SECRET_FILE: '/gone' }).faults[0]).toContain('cannot be read')
  expect(parse({ ROLLCALL_SECRET_FILE: '/empty' }, { '/empty': '\n' }).faults[0]).toContain('empty file')
})

test('prefixes, hosts, admins and the paths of a proxy are read', () => {
  const settings = settingsOf({
    ROLLCALL_MATCH: 'a:, b=c:=plain,*',
    ROLLCALL_ALLOWED_HOSTS: 'Rollcall.Example.com:8443,::1,[::2]:1',
    ROLLCALL_ADMINS: `a:viewer:${hash}\n b:operator:${hash}`,
    PUBLIC_URL: 'https://rollcall.example.com/',
    BASE_PATH: '/tools/rollcall',
    TRUST_PROXY: 'On',
  })
  expect(settings.prefixes).toEqual([
    { prefix: 'a:', format: null },
    { prefix: 'b=c:', format: 'plain' },
    { prefix: '', format: null },
  ])
  expect(settings.allowedHosts).toEqual(['rollcall.example.com', '[::1]', '[::2]'])
  expect(settings.admins.map(({ username }) => username)).toEqual(['a', 'b'])
  expect(settings).toMatchObject({
    publicUrl: 'https://rollcall.example.com',
    basePath: '/tools/rollcall',
    trustsProxy: true,
  })
})

test('every format may be pinned', () => {
  const pinned = formats.map(({ id }) => `${id}:=${id}`)
  expect(settingsOf({ ROLLCALL_MATCH: pinned.join(',') }).prefixes).toHaveLength(formats.length)
})

test('with PUBLIC_URL its host is answered too', () => {
  expect(settingsOf({ PUBLIC_URL: 'https://x.example' }).allowedHosts).toContain('x.example')
})

test('a bind beyond loopback is right with a password', () => {
  expect(settingsOf({ ROLLCALL_BIND: '0.0.0.0', ROLLCALL_ADMIN_PASSWORD: 'fifteen letters' }).bind).toBe('0.0.0.0')
})

test('an environment has a short name and one of six colours', () => {
  const env = { ROLLCALL_ENVIRONMENT: 'production', ROLLCALL_ENVIRONMENT_COLOR: 'red' }
  expect(settingsOf(env).environment).toEqual({ name: 'production', color: 'red' })
  expect(settingsOf({ ROLLCALL_ENVIRONMENT: 'staging' }).environment).toEqual({ name: 'staging', color: 'grey' })
  const { faults } = parse({ ROLLCALL_ENVIRONMENT: 'x'.repeat(25), ROLLCALL_ENVIRONMENT_COLOR: 'pink' })
  expect(faults).toEqual([
    'ROLLCALL_ENVIRONMENT_COLOR must be one of red, amber, green, blue, violet, grey, not "pink".',
    'ROLLCALL_ENVIRONMENT must be a name of at most 24 characters, not "xxxxxxxxxxxxxxxxxxxxxxxxx".',
  ])
  expect(parse({ ROLLCALL_ENVIRONMENT_COLOR: 'red' }).faults).toHaveLength(1)
})

/** Faults of a configuration file. */
function faultsOf(config: unknown, env: Record<string, string> = {}) {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  return parse({ ROLLCALL_CONFIG: '/config.json', ...env }, { '/config.json': text }).faults
}
const shop = { id: 'shop', prefix: 'shop:sess:' }

test('a format of one’s own is read with its defaults, and its paths name by name', () => {
  const format = {
    ...shop,
    suffix: ':v1',
    companions: ['shop:sess:{id}:lock'],
    encoding: ['gzip', 'msgpack'],
    paths: { principal: 'user.id', label: 'a\\.b.c\\\\d' },
    secrets: ['DoorCode'],
  }
  const files = { '/config.json': JSON.stringify({ formats: [format, { id: 'bare', label: 'Bare', prefix: 'b:' }] }) }
  const { customFormats } = settingsOf({ ROLLCALL_CONFIG: '/config.json', ROLLCALL_MATCH: 'x:=shop' }, files)
  expect(customFormats).toEqual([
    {
      ...format,
      label: 'shop',
      paths: { principal: ['user', 'id'], label: ['a.b', 'c\\d'] },
      secrets: ['doorcode'],
    },
    { id: 'bare', label: 'Bare', prefix: 'b:', suffix: '', companions: [], encoding: ['json'], paths: {}, secrets: [] },
  ])
})

test('the encodings of the settings are those that are built', () => {
  expect(encodingNames).toEqual([...encodings])
})

test('all faults of the file are told at once, each with a pointer into it', () => {
  const broken = {
    id: 'Shop!',
    prefix: 'shop:*',
    suffix: '*:data',
    extra: 1,
    companions: ['shop:lock', 'shop:{id}'],
    encoding: ['gz', 'hash', 'gzip'],
    paths: { person: 'user.id', label: 'a..b', createdAt: 7 },
    secrets: ['fine', 7],
  }
  const faults = faultsOf({ formats: [broken, { id: 'plain', prefix: 'a:' }, { id: 'x', prefix: 'a:' }], nonsense: {} })
  for (const pointer of [
    '/nonsense is not known',
    '/formats/0/id must be a name of small letters, figures and dashes, not "Shop!"',
    '/formats/0/prefix must be a prefix, not a pattern: write "shop:"',
    '/formats/0/suffix must be what the keys end with',
    '/formats/0/extra is not known',
    '/formats/0/companions/0 must be a key with {id}',
    '/formats/0/companions/1 would take every session for a companion',
    '/formats/0/encoding/0 must be one of hash, base64',
    '/formats/0/encoding/1 must stand first',
    '/formats/0/encoding/2 must not be the last',
    '/formats/0/paths/person is not known: it may be principal,',
    '/formats/0/paths/label must be names with dots',
    '/formats/0/paths/createdAt must be names with dots',
    '/formats/0/secrets/1 must be a name',
    '/formats/1/id is the id of a format that is built in: "plain"',
    '/formats/2/prefix is there twice: "a:"',
  ]) {
    expect(faults.filter((fault) => fault.startsWith(`ROLLCALL_CONFIG ${pointer}`))).toHaveLength(1)
  }
})

test.each([
  ['{', 'as a whole is not valid JSON'],
  ['[]', 'as a whole must be an object'],
  [{ formats: {} }, '/formats must be a list'],
  [{ formats: [1] }, '/formats/0 must be an object'],
  [
    { formats: [{ prefix: 'a:' }] },
    '/formats/0/id must be a name of small letters, figures and dashes, and is missing',
  ],
  [
    { formats: [{ id: 'a' }] },
    '/formats/0/prefix must be what the keys begin with, 1 to 500 characters, and is missing',
  ],
  [{ formats: [{ id: 'a', prefix: 'rollcall:x' }] }, '/formats/0/prefix must not name'],
  [{ formats: [shop, shop] }, '/formats/1/id is there twice'],
  [{ formats: [{ ...shop, label: '' }] }, '/formats/0/label'],
  [{ formats: [{ ...shop, encoding: [] }] }, '/formats/0/encoding must be a list of 1 to 8 steps'],
  [{ formats: [{ ...shop, encoding: ['marshal'] }] }, '/formats/0/encoding/0 must be one of'],
  [{ formats: [{ ...shop, paths: [] }] }, '/formats/0/paths must be an object'],
])('%j is a fault', (config, words) => {
  const faults = faultsOf(config)
  expect(faults.some((fault) => fault.startsWith(`ROLLCALL_CONFIG ${words}`))).toBe(true)
  for (const fault of faults) expect(fault).toMatch(/^ROLLCALL_CONFIG .*\.$/)
})

const openId = {
  PUBLIC_URL: 'https://rollcall.example.com',
  ROLLCALL_OIDC_ISSUER: 'https://id.example.com/realms/main',
  ROLLCALL_OIDC_CLIENT_ID: 'rollcall',
  ROLLCALL_OIDC_ROLES: 'rollcall-admins=admin, nobody, staff=viewer',
}

test('single sign-on is described whole, its secret from a file if wanted', () => {
  const given = { ...openId, ROLLCALL_OIDC_ROLES: 'a=b=admin, staff=viewer', ROLLCALL_OIDC_CLIENT_SECRET_FILE: '/s' }
  expect(settingsOf(given, { '/s': 'hidden\n' }).openId).toEqual({
    issuer: 'https://id.example.com/realms/main',
    clientId: 'rollcall',
    clientSecret: 'hidden',
    name: 'single sign-on',
    scopes: ['openid', 'profile', 'email'],
    roleClaim: 'groups',
    roles: [
      { value: 'a=b', role: 'admin' },
      { value: 'staff', role: 'viewer' },
    ],
    usernameClaim: null,
  })
})

test('what is missing or unsafe in single sign-on is said at once, and never the secret', () => {
  const { faults } = parse({
    ROLLCALL_OIDC_ISSUER: 'https://id.example.com',
    ROLLCALL_OIDC_CLIENT_SECRET: '',
    ROLLCALL_OIDC_NAME: 'x'.repeat(41),
    ROLLCALL_OIDC_SCOPES: 'profile',
  })
  expect(faults).toEqual([
    'ROLLCALL_OIDC_CLIENT_SECRET is empty.',
    'ROLLCALL_OIDC_ISSUER needs ROLLCALL_OIDC_CLIENT_ID beside it.',
    'ROLLCALL_OIDC_ISSUER needs PUBLIC_URL: the provider sends people back to it.',
    `ROLLCALL_OIDC_NAME must be a name of at most 40 characters, not "${'x'.repeat(41)}".`,
    'ROLLCALL_OIDC_SCOPES must be scopes separated by spaces, openid among them, not "profile".',
    'ROLLCALL_OIDC_ISSUER needs ROLLCALL_OIDC_ROLES, such as rollcall-admins=admin: nobody could sign in.',
  ])
  expect(parse({ ROLLCALL_OIDC_CLIENT_SECRET: 'hidden', ROLLCALL_OIDC_NAME: 'Us' }).faults).toEqual([
    'ROLLCALL_OIDC_NAME, ROLLCALL_OIDC_CLIENT_SECRET needs ROLLCALL_OIDC_ISSUER beside it.',
  ])
  for (const issuer of [
    'http://id.example.com',
    'id.example.com',
    'https://a:b@id.example.com',
    'https://id.example.com/?a',
    'ftp://localhost',
  ]) {
    expect(parse({ ...openId, ROLLCALL_OIDC_ROLES: 'a=admin', ROLLCALL_OIDC_ISSUER: issuer }).faults, issuer).toEqual([
      'ROLLCALL_OIDC_ISSUER must be an https address without password, ? and #; http only on this machine.',
    ])
  }
  expect(
    parse({ ...openId, ROLLCALL_OIDC_ROLES: 'a=admin', PUBLIC_URL: 'http://rollcall.example.com' }).faults,
  ).toEqual(['ROLLCALL_OIDC_ISSUER needs a PUBLIC_URL with https.'])
  expect(parse(openId).faults).toEqual([
    'ROLLCALL_OIDC_ROLES must be value=role, separated by commas; roles are viewer, operator, admin; not "nobody".',
  ])
})

test('a header of a proxy is believed from named peers only, and gives a role', () => {
  const proxy = {
    ROLLCALL_PROXY_USER_HEADER: 'X-Forwarded-User',
    ROLLCALL_PROXY_PEERS: '10.0.0.0/8, ::1',
    ROLLCALL_PROXY_ROLE: 'viewer',
  }
  expect(settingsOf(proxy).proxy).toEqual({
    userHeader: 'x-forwarded-user',
    roleHeader: null,
    role: 'viewer',
    peers: ['10.0.0.0/8', '::1'],
  })
  expect(parse({ ROLLCALL_PROXY_USER_HEADER: 'Cookie' }).faults).toEqual([
    'ROLLCALL_PROXY_USER_HEADER must be the name of a header such as X-Forwarded-User, not "cookie".',
    'ROLLCALL_PROXY_USER_HEADER needs either ROLLCALL_PROXY_ROLE_HEADER or one ROLLCALL_PROXY_ROLE for all.',
    'ROLLCALL_PROXY_USER_HEADER needs ROLLCALL_PROXY_PEERS, the addresses of the proxy: anybody could forge the header.',
  ])
  for (const peer of ['0.0.0.0/0', '::/0', 'proxy', '10.0.0.0/33', '10.0.0/8', '']) {
    expect(parse({ ...proxy, ROLLCALL_PROXY_PEERS: `10.1.1.1,${peer}` }).faults, peer).toEqual([
      `ROLLCALL_PROXY_PEERS must be addresses or ranges such as 10.0.0.0/8, separated by commas, not "${peer}".`,
    ])
  }
  expect(parse({ ROLLCALL_PROXY_PEERS: '10.0.0.1' }).faults).toEqual([
    'ROLLCALL_PROXY_PEERS, ROLLCALL_PROXY_ROLE and ROLLCALL_PROXY_ROLE_HEADER need ROLLCALL_PROXY_USER_HEADER.',
  ])
})

test('addresses are hidden from the roles up to the one that is named', () => {
  const hidden = (value: string) => settingsOf({ ROLLCALL_HIDE_ADDRESSES: value }).hidesAddressesFrom
  expect([hidden('viewer'), hidden('operator'), hidden('all')]).toEqual([
    ['viewer'],
    ['viewer', 'operator'],
    ['viewer', 'operator', 'admin'],
  ])
  expect(parse({ ROLLCALL_HIDE_ADDRESSES: 'admin' }).faults).toEqual([
    'ROLLCALL_HIDE_ADDRESSES must be one of viewer, operator, all, not "admin".',
  ])
})

test.each([
  ['ioredis:*', true],
  ['*', true],
  ['next:*,ioredis:redis', true],
  ['io*', true],
  ['ioredis', false],
  ['next:*', false],
  ['-ioredis:*', false],
  ['', false],
])('DEBUG=%s makes the client of Redis talk: %s', (value, talks) => {
  expect(settingsOf({ DEBUG: value }).isRedisDebugged).toBe(talks)
})
