import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of `bench/programs` in a process of its own, so that what it does is not done by who measures. */
export type Program<Answer> = {
  /** The next line that it says, parsed as JSON. Throws when it ended instead. */
  read(): Promise<Answer>
  /** Sends a line and reads the next one. */
  ask(line?: string): Promise<Answer>
  /** Ends it. */
  stop(): Promise<void>
}

const programs = fileURLToPath(new URL('../programs/', import.meta.url))

/** Starts `<name>.mjs` of the folder, which is given `options` as JSON. Its first line says that it is ready, and has been read when this resolves. */
export async function startProgram<Answer>(name: string, options: object, folder = programs): Promise<Program<Answer>> {
  const child = spawn(process.execPath, [`${folder}${name}.mjs`, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  async function read(): Promise<Answer> {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} ended before it answered`)
    return JSON.parse(value)
  }
  await read()
  return {
    read,
    ask(line = '') {
      child.stdin.write(`${line}\n`)
      return read()
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Runs a program that answers once and ends. */
export async function runProgram<Answer>(name: string, options: object): Promise<Answer> {
  const program = await startProgram<Answer>(name, options)
  const answer = await program.read()
  await program.stop()
  return answer
}
