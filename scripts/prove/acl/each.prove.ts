import { expect, test } from 'vitest'
import { tell } from '@/bench/support/row'
import { accountOf } from '@/e2e/support/accounts'
import { type Feature, type Trial, tryAccount } from './trial'

const full = accountOf('rollcall-full')
const account = { ...full, keys: [...full.keys, 'spring:session:*'] }
/** Some of them, with spaces between; without it all. */
const only = process.env.PROVE_ONLY?.split(' ')

const deeds: Feature[] = [
  'extend a string',
  'extend a hash',
  'give an expiry',
  'revoke a string',
  'revoke a hash',
  'end many',
]
const lists: Feature[] = [
  'strings are listed',
  'long strings are listed',
  'hashes are listed',
  'hashes of many fields are listed',
]
const hashes: Feature[] = ['hashes are listed', 'extend a hash', 'revoke a hash']
const rewriting: Feature[] = ['rewrite its times', 'rewrite its fields']

/** What each is needed for, and alone: without one that is not here all goes on by other ways. */
const needed: Record<string, Feature[]> = {
  // Of another database than the first.
  select: [...lists, 'changes are found', ...deeds],
  scan: [...lists, ...deeds],
  'client|id': ['changes are told at once'],
  'client|tracking': ['changes are told at once'],
  subscribe: ['changes are told at once'],
  '__redis__:invalidate': ['changes are told at once'],
  get: ['extend a string'],
  pttl: ['extend a string', 'extend a hash'],
  hlen: [...hashes, 'hashes of many fields are listed'],
  hkeys: hashes,
  hmget: hashes,
  // A set beside a session is copied in no other way.
  dump: ['what stands beside it goes and comes'],
  restore: ['what stands beside it goes and comes'],
  set: ['rewrite its times'],
  watch: rewriting,
  unwatch: rewriting,
  multi: rewriting,
  exec: rewriting,
  hset: ['rewrite its fields'],
  exists: ['extend a hash'],
  pexpireat: ['extend a string', 'extend a hash', 'give an expiry'],
  srem: ['what stands beside it goes and comes'],
  sadd: ['what stands beside it goes and comes'],
  zrem: ['what stands beside it goes and comes'],
  zscore: ['what stands beside it goes and comes'],
  zadd: ['what stands beside it goes and comes'],
}

for (const gone of [...account.commands, '__redis__:invalidate'].filter((name) => only?.includes(name) ?? true)) {
  test(`without ${gone}`, { timeout: 300_000 }, async (context) => {
    const rest = (rules: string[]) => rules.filter((rule) => rule !== gone)
    const without = { ...account, commands: rest(account.commands), channels: rest(account.channels) }
    const found = await tryAccount(without, gone === 'select' ? 1 : 0)
    const off = [...found.off.keys()]
    const against = [...found.against, ...findSurprises(off, needed[gone] ?? []), ...findSilence(gone, found)]
    const isAsSaid = against.length === 0
    tell(context, {
      ...{ id: gone, off, told: whatIsTold(found), against },
      ...{ what: `without ${gone} only that is off which needs it, and it is named`, value: isAsSaid ? 1 : 0 },
      ...{ unit: 'times', bound: { of: 'value', least: 1 } },
    } as Parameters<typeof tell>[1])
    expect(against).toEqual([])
  })
}

function findSurprises(off: Feature[], expected: Feature[]): string[] {
  return [
    ...off.filter((one) => !expected.includes(one)).map((one) => `it should still do this: ${one}`),
    ...expected.filter((one) => !off.includes(one)).map((one) => `it does this all the same: ${one}`),
  ]
}

/** Whatever is taken away the page names it, as missing or as what is wrong. */
function findSilence(gone: string, { source }: Trial): string[] {
  const name = gone === '__redis__:invalidate' ? 'SUBSCRIBE' : gone.replace('|', ' ').toUpperCase()
  const isSaid = source.missing.includes(name) || (gone === 'select' && source.trouble?.code === 'not-allowed')
  return isSaid ? [] : [`nobody says that ${name} is missing`]
}

function whatIsTold({ source: { missing, feed, state, trouble }, off }: Trial): string[] {
  const said = [...off.values()].flatMap((text) => (text?.endsWith(' here.') ? text : []))
  return [
    ...(state === 'live' ? [] : [state]),
    ...(missing.length === 0 ? [] : [`not there: ${missing.join(', ')}`]),
    ...(trouble === null ? [] : [`this Redis: ${trouble.what}`]),
    ...(feed === 'tracking' ? [] : [`changes: ${feed}`]),
    ...new Set(said),
  ]
}
