import { expect, test } from 'vitest'
import { parseSettings } from './settings.mjs'

const eu = { name: 'EU shop', url: 'redis://eu:6379', match: ['sess:'], format: 'connect-redis', color: 'blue' }
const us = { name: 'US shop', url: 'redis://us:6379' }

function parse(sources: unknown, { env = {}, files = {} }: { env?: object; files?: Record<string, string> } = {}) {
  const all: Record<string, string> = { '/config.json': JSON.stringify({ sources }), ...files }
  return parseSettings({ ROLLCALL_CONFIG: '/config.json', ...env }, (path) => {
    const text = all[path]
    if (text === undefined) throw new Error('ENOENT')
    return text
  })
}

const settingsOf = (sources: unknown, more = {}) => {
  const { settings, faults } = parse(sources, more)
  expect(faults).toEqual([])
  if (settings === null) throw new Error('no settings')
  return settings
}

test('several Redis are read, each with what is its own, and the first is the one that is home', () => {
  const settings = settingsOf([eu, { ...us, readOnly: true }])
  expect(settings.store).toBe('given')
  expect(settings.redis).toMatchObject({ hosts: [{ host: 'eu', port: 6379 }] })
  expect(settings.sources).toMatchObject([
    {
      ...{ id: 'eu-shop', name: 'EU shop', color: 'blue', isReadOnly: false, format: 'connect-redis' },
      prefixes: [{ prefix: 'sess:', format: 'connect-redis' }],
    },
    { id: 'us-shop', color: 'grey', isReadOnly: true, format: null, prefixes: null },
  ])
})

test('secrets come from files, and which files is remembered for their rotation', () => {
  const files = { '/url': 'redis://:old@eu:6379\n', '/password': 'from a file\n' }
  const one = { name: 'a', urlFile: '/url' }
  const two = { name: 'b', url: 'redis://us:6379', username: 'app', passwordFile: '/password' }
  const [a, b] = settingsOf([one, two], { files }).sources
  expect(a?.address).toMatchObject({ password: 'old', secretFiles: { url: '/url' } })
  expect(b?.address).toMatchObject({
    ...{ username: 'app', password: 'from a file' },
    secretFiles: { password: '/password' },
  })
})

test('one Redis may be named twice with prefixes that do not overlap', () => {
  settingsOf([eu, { ...eu, name: 'EU admin', match: ['admin:'] }])
  settingsOf([eu, { ...eu, name: 'EU two', url: 'redis://eu:6379/2' }])
})

test.each<[string, unknown, string]>([
  ['no list', {}, '/sources must be a list'],
  ['no object', ['x'], '/sources/0 must be an object'],
  ['an unknown name', [{ ...us, tls: true }], '/sources/0/tls is not known'],
  ['no name', [{ url: 'redis://x' }], '/sources/0/name must be a name'],
  ['a name twice', [us, { ...us, name: 'us-SHOP', url: 'redis://x' }], '/sources/1/name must differ'],
  ['no address', [{ name: 'a' }], '/sources/0 needs one of url and urlFile'],
  ['two addresses', [{ ...us, urlFile: '/x' }], '/sources/0 needs one of url and urlFile'],
  ['a bad address', [{ name: 'a', url: 'http://x:secret' }], '/sources/0/url must begin with redis://'],
  ['a missing file', [{ name: 'a', urlFile: '/x' }], '/sources/0/urlFile names a file that cannot be read'],
  ['a pattern', [{ ...us, match: ['sess:*'] }], '/sources/0/match takes prefixes, not patterns'],
  ['an unknown format', [{ ...us, format: 'what' }], '/sources/0/format must be one of'],
  ['a colour of its own', [{ ...us, color: 'pink' }], '/sources/0/color must be one of'],
  [
    'a prefix inside another',
    [{ ...us, match: ['sess:', 'sess:app:'] }],
    '/sources/0/match names "sess:app:", which overlaps with "sess:"',
  ],
  [
    'a prefix that another name watches in the same Redis',
    [eu, { ...eu, name: 'again', match: ['sess:app:'] }],
    '/sources/1/match names "sess:app:", which overlaps with "sess:", which "EU shop" watches in the same Redis',
  ],
  [
    'the built-in prefixes twice',
    [us, { ...us, name: 'again' }],
    '/sources/1/match names "session:", which overlaps with "session:"',
  ],
])('%s is a fault that points at its place and holds no secret', (_name, sources, words) => {
  const { faults } = parse(sources)
  expect(faults.some((fault) => fault.startsWith(`ROLLCALL_CONFIG ${words}`))).toBe(true)
  expect(faults.join()).not.toContain('secret')
})

test('a file with sources stands alone: REDIS_URL or ROLLCALL_MATCH beside it is a fault', () => {
  const env = { REDIS_URL: 'redis://x', ROLLCALL_MATCH: 'a:' }
  expect(parse([us], { env }).faults).toEqual([
    'REDIS_URL and the sources of ROLLCALL_CONFIG both say where Redis is: keep one.',
    'ROLLCALL_MATCH and the sources of ROLLCALL_CONFIG both name prefixes: write match beside each source.',
  ])
})
