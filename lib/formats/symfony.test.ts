import { expect, test } from 'vitest'
import { toWire } from '@/lib/session/tree'
import { factsIn, goldensOf, rawOf, testConformance, treeIn } from './conformance'
import { symfony } from './symfony'

testConformance(symfony, goldensOf('symfony'))

test('the token is read as data, and its class and its user are shown', () => {
  const [golden] = goldensOf('symfony', (name) => name === 'signed-in')
  if (golden === undefined) throw new Error('no golden')
  expect(toWire(treeIn(symfony.decode(golden.raw)))).toMatchObject({
    _sf2_attributes: {
      _security_main: {
        '#type': 'Symfony\\Component\\Security\\Http\\Authenticator\\Token\\PostAuthenticationToken',
        1: [
          { '#type': 'App\\Entity\\User', id: 42, email: 'ann@example.com', roles: ['ROLE_ADMIN'] },
          true,
          null,
          [],
          ['ROLE_ADMIN'],
        ],
      },
    },
  })
})

const session = (attributes: string, count: number) =>
  rawOf(
    Buffer.from(
      `_sf2_attributes|a:${count}:{${attributes}}_sf2_meta|a:3:{s:1:"u";i:1794999990;s:1:"c";i:1794999000;s:1:"l";i:0;}`,
      'latin1',
    ),
  )
const text = (value: string) => `s:${value.length}:"${value}";`
const user = (members: string, count: number) => `a:1:{i:0;O:8:"App\\User":${count}:{${members}}}`
const token = (members: string, count: number) => text('_security_main') + text(user(members, count))

test('the identifier that was typed to sign in is the person, where the user has it', () => {
  const members = text('\0App\\User\0username') + text('ann') + text('\0App\\User\0email') + text('ann@example.com')
  expect(factsIn(symfony.decode(session(token(members, 2), 1)))).toMatchObject({
    principal: 'ann',
    createdAt: 1_794_999_000_000,
    lastSeenAt: 1_794_999_990_000,
  })
  const typed = text('_security.last_username') + text('ann@example.com')
  expect(factsIn(symfony.decode(session(token(members, 2) + typed, 2)))?.principal).toBe('ann@example.com')
  const stranger = text('_security.last_username') + text('somebody else')
  expect(factsIn(symfony.decode(session(token(members, 2) + stranger, 2)))?.principal).toBe('ann')
})

test('a name that was only typed makes nobody of an anonymous session', () => {
  const typed = text('_security.last_username') + text('ann@example.com')
  expect(factsIn(symfony.decode(session(typed, 1)))?.principal).toBeNull()
})

test('a token that cannot be read stays a text, and the session is shown', () => {
  const decoded = symfony.decode(session(text('_security_main') + text('O:1:"A":9:{'), 1))
  expect(toWire(treeIn(decoded))).toMatchObject({ _sf2_attributes: { _security_main: 'O:1:"A":9:{' } })
  expect(factsIn(decoded)).toMatchObject({ principal: null, createdAt: 1_794_999_000_000 })
})

test('other PHP sessions are not this format', () => {
  for (const other of ['user_id|i:42;', '_sf2_attributes', '{"_sf2_attributes":1}']) {
    expect(symfony.recognises(rawOf(Buffer.from(other)))).toBe(false)
  }
})
