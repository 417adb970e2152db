import type { Cluster, Redis } from 'ioredis'
import { answerBoundsMs, createMeter, type Meter, type Metered } from '@/lib/meter'

/** What this process asked of one Redis: how many of each command and how each came out, and how long the answers took. */
export type CommandCounts = { commands: Metered[]; answers: Metered[] }

const answerBounds = [0.25, 0.5, ...answerBoundsMs]
type OnAnswer = (command: string, error: unknown) => void
const meters = new WeakMap<Redis | Cluster, { commands: Meter; answers: Meter; onAnswer: OnAnswer }>()

/**
 * Counts every command of a client from now on, as the caller sees it: from the call to the answer, whatever waits on the way. `onAnswer` hears each command's name with its error, or null. No argument is looked at.
 */
export function meterCommands(client: Redis | Cluster, onAnswer: OnAnswer): () => CommandCounts {
  const commands = createMeter()
  const answers = createMeter(answerBounds)
  meters.set(client, { commands, answers, onAnswer })
  // A server's and a cluster's differ in what follows the command, and that is handed on as it came.
  const sender = client as { sendCommand(command: Sent, ...rest: unknown[]): unknown }
  const send = sender.sendCommand.bind(client)
  sender.sendCommand = (command, ...rest) => {
    const { promise } = command
    // One of a batch is noted with all of them.
    if (promise === undefined) return send(command, ...rest)
    const askedAt = performance.now()
    const note = (ok: number, errors: unknown[]) =>
      noteAnswers(client, command.name, ok, errors, performance.now() - askedAt)
    promise.then(
      () => note(1, []),
      (error) => note(0, [error]),
    )
    return send(command, ...rest)
  }
  return () => ({ commands: commands.read(), answers: answers.read() })
}

/** Counts commands of one name that were answered together, so many well and the others by these errors. Each kind of error is heard once. */
export function noteAnswers(
  client: Redis | Cluster,
  name: string,
  ok: number,
  errors: readonly unknown[],
  tookMs: number,
) {
  const meter = meters.get(client)
  if (meter === undefined) return
  const command = name.toLowerCase()
  if (ok > 0) meter.commands.note([command, 'ok'], tookMs, ok)
  if (errors.length > 0) meter.commands.note([command, 'error'], tookMs, errors.length)
  meter.answers.note([], tookMs, ok + errors.length)
  const kinds = new Map(errors.map((error) => [kindOf(error), error]))
  for (const error of kinds.size > 0 ? kinds.values() : [null]) meter.onAnswer(command, error)
}

/** Redis's own errors begin with a word of their kind. */
const kindOf = (error: unknown) => (error instanceof Error ? error.message.split(' ', 1)[0] : error)

type Sent = { name: string; promise?: Promise<unknown> }
