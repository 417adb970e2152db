import { isAscii } from 'node:buffer'
import type { Cluster, Redis } from 'ioredis'
import { type Command, runAll } from './commands'
import type { Capabilities, Connection } from './connection'
import { isAnswer, unavailable } from './errors'
import { countIssued } from './pace'

/** What Redis says of a key before its value is asked for. `expiry`: as PEXPIRETIME or PTTL tell it, -2: no such key. `length`: null where it is no string. */
export type Head = { expiry: number; length: number | null }

/** How a script that only reads may be run here, or null: by no name. */
export type ScriptCommand = Capabilities['script']

/** One answer for many keys: their expiries, then their lengths. It writes nothing and holds nothing; without it each key costs two commands of its own. */
const script = `
local count, heads = #KEYS, {}
for at = 1, count do
  local length = redis.pcall('STRLEN', KEYS[at])
  heads[at] = redis.call(ARGV[1], KEYS[at])
  heads[count + at] = type(length) == 'number' and length or -1
end
return heads`

/** Which command runs the script for this user, found by running it for no key at all: of keys there may be none that every user may read. Nothing is changed; a server without one works as well. Cost: one or two commands. */
export async function probeScript(client: Redis | Cluster): Promise<ScriptCommand> {
  for (const name of ['EVAL_RO', 'EVAL'] as const) {
    const answer = await client.call(name, script, 0, 'PTTL').catch((error: unknown) => {
      if (isAnswer(error)) return null
      throw error
    })
    if (Array.isArray(answer) && answer.length === 0) return name
  }
  return null
}

/**
 * The heads of these keys, in their order. Cost: one run of the script where that is allowed, else two commands a key. Throws `KnownError` when Redis does not answer.
 */
export async function readHeads(connection: Connection, keys: Buffer[], expiryCommand: string): Promise<Head[]> {
  const { client } = connection
  const names = keys.map(toArgument)
  const { script: command } = connection.capabilities()
  if (command !== null && keys.length > 1) {
    // Of what the script itself calls Redis keeps count too.
    countIssued(client, 1 + keys.length * 2)
    const answer = await client.callBuffer(command, script, keys.length, ...names, expiryCommand).catch(orNull)
    // One key that this user may not read refuses them all.
    if (Array.isArray(answer)) return keys.map((_, at) => toHead(answer[at], answer[keys.length + at]))
  }
  const answers = await runAll(
    client,
    names.flatMap((name): Command[] => [
      [expiryCommand, name],
      ['STRLEN', name],
    ]),
  )
  return keys.map((_, at) => toHead(answers[at * 2], answers[at * 2 + 1]))
}

/** What Redis refused is asked in the other way; that it did not answer is for the caller. */
function orNull(error: unknown): null {
  if (isAnswer(error)) return null
  throw unavailable(error)
}

function toHead(expiry: unknown, length: unknown): Head {
  return { expiry: Number(expiry), length: typeof length === 'number' && length >= 0 ? length : null }
}

/** A key as ioredis sends it cheapest: among buffers every argument is copied by itself. */
export function toArgument(key: Buffer): string | Buffer {
  return isAscii(key) ? key.toString('latin1') : key
}
