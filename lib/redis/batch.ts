import type { Redis } from 'ioredis'
import { noteAnswers } from './metered'
import { commandTimeoutMs } from './options'

export type Command = [name: string, ...args: (string | Buffer | number)[]]

/**
 * Sends these commands to one server in one write. Answers in their order, strings as Buffers; an error stands in the place of its command: what Redis answered, or that no answer came.
 * Never throws. A pipeline of ioredis makes an object with a promise, a timer and a result of its own for each command and costs five times as much; the socket, the parser and the queue are ioredis's here too.
 */
export function sendBatch(client: Redis, commands: readonly Command[]): Promise<unknown[]> {
  return new Promise((resolve) => {
    const answers: unknown[] = commands.map(() => undefined)
    const askedAt = performance.now()
    let missing = commands.length
    const timer = setTimeout(() => {
      for (const [at, answer] of answers.entries()) if (answer === undefined) tell(at, new Error('Command timed out'))
    }, commandTimeoutMs)

    function tell(at: number, answer: unknown) {
      if (answers[at] !== undefined) return
      answers[at] = answer
      missing -= 1
      if (missing > 0) return
      clearTimeout(timer)
      noteBatch(client, commands, answers, performance.now() - askedAt)
      resolve(answers)
    }

    let text = ''
    for (const [at, command] of commands.entries()) {
      text += encode(command)
      // It has what `sendCommand` asks of a command, and of a stream it only asks that it takes what is written.
      client.sendCommand(new Waiting(command[0], at, tell) as never, nowhere as never)
    }
    // Without a socket each was refused at once.
    if (missing > 0) client.stream.write(text, 'latin1')
  })
}

/** A command that was sent, in ioredis's queue until its answer comes. */
class Waiting {
  readonly name: string
  readonly args: string[] = []
  /** Nobody traces it. */
  readonly isTraced = true

  constructor(
    name: string,
    private readonly at: number,
    private readonly tell: (at: number, answer: unknown) => void,
  ) {
    this.name = name.toLowerCase()
  }

  resolve(answer: unknown) {
    this.tell(this.at, answer)
  }

  reject(error: Error) {
    this.tell(this.at, error)
  }

  setReplyContext() {}
  setTimeout() {}
  toWritable() {
    return ''
  }
}

/** All are written together. */
const nowhere = { write() {} }

/** As Redis reads it, a character a byte. */
function encode([name, ...args]: Command): string {
  let text = `*${args.length + 1}\r\n$${name.length}\r\n${name}\r\n`
  for (const arg of args) {
    const bytes = typeof arg === 'number' ? String(arg) : toLatin1(arg)
    text += `$${bytes.length}\r\n${bytes}\r\n`
  }
  return text
}

function toLatin1(arg: string | Buffer): string {
  if (typeof arg !== 'string') return arg.toString('latin1')
  return isAscii.test(arg) ? arg : Buffer.from(arg).toString('latin1')
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const isAscii = /^[\x00-\x7f]*$/

/** One note for all of a kind: whoever asked waited for the last. */
function noteBatch(client: Redis, commands: readonly Command[], answers: readonly unknown[], tookMs: number) {
  const found = new Map<string, { ok: number; errors: Error[] }>()
  for (const [at, [name]] of commands.entries()) {
    let one = found.get(name)
    if (one === undefined) {
      one = { ok: 0, errors: [] }
      found.set(name, one)
    }
    const answer = answers[at]
    if (answer instanceof Error) one.errors.push(answer)
    else one.ok += 1
  }
  for (const [name, { ok, errors }] of found) noteAnswers(client, name, ok, errors, tookMs)
}
