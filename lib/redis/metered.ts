import type { Cluster, Redis } from 'ioredis'
import { answerBoundsMs, createMeter, type Metered } from '@/lib/meter'

/** What this process asked of one Redis: how many of each command and how each came out, and how long the answers took. */
export type CommandCounts = { commands: Metered[]; answers: Metered[] }

const answerBounds = [0.25, 0.5, ...answerBoundsMs]

/** Counts every command of a client from now on, as the caller sees it: from the call to the answer, whatever waits on the way. No argument is looked at. */
export function meterCommands(client: Redis | Cluster): () => CommandCounts {
  const commands = createMeter()
  const answers = createMeter(answerBounds)
  // A server's and a cluster's differ in what follows the command, and that is handed on as it came.
  const sender = client as { sendCommand(command: Sent, ...rest: unknown[]): unknown }
  const send = sender.sendCommand.bind(client)
  // The pipeline of a single server comes through here too, a command at a time.
  sender.sendCommand = (command, ...rest) => {
    const askedAt = performance.now()
    const told = (outcome: 'ok' | 'error') => () => {
      const tookMs = performance.now() - askedAt
      commands.note([command.name.toLowerCase(), outcome], tookMs)
      answers.note([], tookMs)
    }
    command.promise.then(told('ok'), told('error'))
    return send(command, ...rest)
  }
  return () => ({ commands: commands.read(), answers: answers.read() })
}

type Sent = { name: string; promise: Promise<unknown> }
