import type { Cluster, Redis } from 'ioredis'
import { type Command, sendBatch } from './batch'
import { isAnswer, unavailable } from './errors'
import { isCluster } from './options'
import { countIssued } from './pace'

export type { Command }

/**
 * Answers in the order of the commands, strings as Buffers; an error that Redis answered stands in its place. One write for a single server. In a cluster
 * each command goes to its own primary, because a batch fails as a whole when one slot has moved. Throws `KnownError` when any answer never came.
 */
export async function runAll(client: Redis | Cluster, commands: Command[]): Promise<unknown[]> {
  if (commands.length === 0) return []
  countIssued(client, commands.length)
  const answers = isCluster(client) ? await oneByOne(client, commands) : await sendBatch(client, commands)
  for (const answer of answers) {
    if (answer instanceof Error && !isAboutKey(answer)) throw unavailable(answer)
  }
  return answers
}

async function oneByOne(client: Cluster, commands: Command[]): Promise<unknown[]> {
  const answers = await Promise.allSettled(commands.map(([name, ...args]) => client.callBuffer(name, ...args)))
  return answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason))
}

/** Of another type, or not for this user: the other keys are as readable as ever. */
function isAboutKey(error: Error): boolean {
  return isAnswer(error) && /^(WRONGTYPE|NOPERM)/.test(error.message)
}
