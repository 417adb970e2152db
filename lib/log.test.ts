import { expect, test } from 'vitest'
import { createLog, type LogFields } from './log'

function logged(event: string, fields: LogFields, level = 'info') {
  let text = ''
  const write = (line: string) => {
    text += line
  }
  createLog(level, { write }).warn(event, fields)
  return text
}

test('an event is one JSON line with its level, time and fields', () => {
  const text = logged('source-down', { source: 'main', keys: 3, at: null })
  expect(text.endsWith('\n')).toBe(true)
  expect(text.trimEnd()).not.toContain('\n')
  const line = JSON.parse(text)
  expect(line).toMatchObject({ level: 'warn', event: 'source-down', source: 'main', keys: 3, at: null })
  expect(Date.parse(line.time)).toBeGreaterThan(0)
})

test("an ioredis error never brings its command's key into the log", () => {
  const error = Object.assign(new Error('WRONGTYPE Operation against a key holding the wrong kind of value'), {
    name: 'ReplyError',
    command: { name: 'get', args: ['session:topsecretid'] },
    previousErrors: [{ command: { args: ['session:topsecretid'] } }],
  })
  const wrapped = new Error('Reading failed', { cause: new AggregateError([error]) })
  const text = logged('read-failed', { error, wrapped, list: [{ error }] })
  expect(text).toContain('WRONGTYPE')
  expect(text).not.toContain('topsecretid')
  expect(text).not.toContain('command')
})

test('the arguments that Redis repeats in an unknown-command error are cut off', () => {
  const error = new Error("ERR unknown command 'GETX', with args beginning with: 'session:topsecretid' 'more'")
  expect(logged('probe', { error })).not.toContain('topsecretid')
})

test('the password of an address is scrubbed wherever it stands', () => {
  const text = logged('connect', {
    error: new Error('connect ECONNREFUSED redis://user:pa/ss@w0rd@10.0.0.5:6379/0'),
    address: 'redis+sentinel://u:hunter2hunter2@a:1,b:2/name?sentinelPassword=opensesame&db=0',
    nested: { deep: ['rediss://:hunter2hunter2@host'] },
  })
  for (const password of ['pa/ss', 'w0rd', 'hunter2', 'opensesame']) expect(text).not.toContain(password)
  expect(text).toContain('10.0.0.5:6379')
})

test('bytes and foreign objects are named, not printed', () => {
  class Client {
    key = 'session:topsecretid'
  }
  const text = logged('odd', {
    key: Buffer.from('session:topsecretid'),
    client: new Client(),
    map: new Map([['a', 1]]),
  })
  expect(text).not.toContain('topsecretid')
  expect(JSON.parse(text)).toMatchObject({ key: '[Buffer]', client: '[Client]', map: '[Map]' })
})

test('a loop in the fields ends', () => {
  const loop: LogFields = {}
  loop.self = loop
  expect(logged('loop', loop)).toContain('[deep]')
})

test('a mistake in our own code keeps its place, a failure of the world does not', () => {
  expect(logged('bug', { error: new TypeError('x is not a function') })).toContain('log.test.ts')
  expect(logged('world', { error: new Error('refused') })).not.toContain('log.test.ts')
})

test('a line below the level is not written', () => {
  expect(logged('quiet', {}, 'error')).toBe('')
})
