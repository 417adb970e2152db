import type { Cluster, Redis } from 'ioredis'
import { answerBoundsMs, createMeter, type Meter, type Metered } from '@/lib/meter'

/** What this process asked of one Redis: how many of each command and how each came out, and how long the answers took. */
export type CommandCounts = { commands: Metered[]; answers: Metered[] }

const answerBounds = [0.25, 0.5, ...answerBoundsMs]
const meters = new WeakMap<Redis | Cluster, { commands: Meter; answers: Meter }>()

/**
 * Counts every command of a client from now on, as the caller sees it: from the call to the answer, whatever waits on the way. `onAnswer` hears each command's name with its error, or null. No argument is looked at.
 */
export function meterCommands(
  client: Redis | Cluster,
  onAnswer: (command: string, error: unknown) => void,
): () => CommandCounts {
  const commands = createMeter()
  const answers = createMeter(answerBounds)
  meters.set(client, { commands, answers })
  // A server's and a cluster's differ in what follows the command, and that is handed on as it came.
  const sender = client as { sendCommand(command: Sent, ...rest: unknown[]): unknown }
  const send = sender.sendCommand.bind(client)
  sender.sendCommand = (command, ...rest) => {
    const { promise } = command
    // One of a batch is noted with all of them.
    if (promise === undefined) return send(command, ...rest)
    const askedAt = performance.now()
    const told = (outcome: 'ok' | 'error') => (result: unknown) => {
      noteAnswers(client, command.name, outcome, 1, performance.now() - askedAt)
      onAnswer(command.name, outcome === 'ok' ? null : result)
    }
    promise.then(told('ok'), told('error'))
    return send(command, ...rest)
  }
  return () => ({ commands: commands.read(), answers: answers.read() })
}

/** Counts so many commands of one name that came out alike, each after so long. */
export function noteAnswers(
  client: Redis | Cluster,
  name: string,
  outcome: 'ok' | 'error',
  count: number,
  tookMs: number,
) {
  const meter = meters.get(client)
  meter?.commands.note([name.toLowerCase(), outcome], tookMs, count)
  meter?.answers.note([], tookMs, count)
}

type Sent = { name: string; promise?: Promise<unknown> }
