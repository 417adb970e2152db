import { expect, test } from 'vitest'
import { KnownError } from '@/lib/errors'
import { isUnanswered } from '@/lib/session/source'
import { isRefused, reasonOf, unavailable, written } from './errors'

function reply(message: string): Error {
  const error = Object.assign(new Error(message), { command: { name: 'get', args: ['session:secret'] } })
  error.name = 'ReplyError'
  return error
}

test.each([
  ["NOPERM this user has no permissions to run the 'unlink' command", true],
  ["NOPERM User dash has no permissions to run the 'keys' command", true],
  ["NOPERM User dash has no permissions to run the 'client|tracking' command", true],
  ['NOPERM this user has no permissions to access one of the keys used as arguments', false],
  ['NOPERM No permissions to access a key', false],
  ['ERR unknown command `PEXPIRETIME`, with args beginning with: `x`', true],
  ["ERR unknown subcommand 'TRACKING'. Try CLIENT HELP.", true],
  ["READONLY You can't write against a read only replica.", true],
  ['ERR EXEC without MULTI', false],
  ['ERR DUMP payload version or checksum are wrong', false],
  ["OOM command not allowed when used memory > 'maxmemory'.", false],
])('"%s" is a refusal of the command: %s', (message, expected) => {
  expect(isRefused(reply(message))).toBe(expected)
})

test('only a command that was sent and whose answer was lost is unanswered', () => {
  expect(isUnanswered(unavailable(new Error('Command timed out')))).toBe(true)
  expect(isUnanswered(unavailable(new Error('Reached the max retries per request limit (which is 0).')))).toBe(true)
  expect(isUnanswered(unavailable(new Error("Stream isn't writeable and enableOfflineQueue options is false")))).toBe(
    false,
  )
  expect(isUnanswered(unavailable(reply('LOADING Redis is loading the dataset in memory')))).toBe(false)
  expect(isUnanswered(new Error('unanswered'))).toBe(false)
})

test('nothing of the command leaves with the error', () => {
  const error = unavailable(reply('CLUSTERDOWN The cluster is down'))
  expect(error).toBeInstanceOf(KnownError)
  expect(JSON.stringify([error.detail, error.cause, error.stack])).not.toContain('secret')
})

test.each([
  ['NOPERM …', 'This Redis user may not run SET here.'],
  ["READONLY You can't write", 'This Redis is a read-only replica and refused SET.'],
  ['OOM command not allowed', 'Redis is out of memory and refused SET.'],
  ['MISCONF Redis is configured to save', 'Redis cannot save to its disk and refused SET.'],
])('a write answered with %s is denied by name', async (message, denied) => {
  expect(await written('SET', () => Promise.reject(reply(message)))).toEqual({ denied })
})

test('a reason names no host, user or key', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:6379'), { code: 'ECONNREFUSED' })
  expect(reasonOf(refused)).toBe('refused')
  expect(reasonOf(reply('WRONGPASS invalid username-password pair or user is disabled.'))).toBe('wrong password')
  expect(reasonOf(new Error('something about session:secret'))).toBe('connection lost')
})
