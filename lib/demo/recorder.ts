import type { StoreClient } from '@/lib/store'

export type Recorder = {
  client: StoreClient
  /** The commands that went through, as one would type them; each key is cut after its prefix, values are left out. */
  calls(): string[]
  /** The length of the session as it was last read or written; 0 before that. */
  sizeBytes(): number
}

/** Lets a store work through the given client and writes down what it asks of Redis, so that the shop shows what really happened. Costs no command. */
export function createRecorder(client: StoreClient, prefix: string): Recorder {
  const calls: string[] = []
  let sizeBytes = 0
  const noteSize = (text: unknown) => {
    if (typeof text === 'string') sizeBytes = Buffer.byteLength(text)
  }

  const recording = new Proxy(client, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function' || typeof name !== 'string') return method
      return (...args: unknown[]) => {
        calls.push(lineOf(name, args, prefix))
        if (name === 'set') noteSize(args[1])
        const answer: unknown = method.apply(target, args)
        if ((name === 'get' || name === 'getex') && answer instanceof Promise) answer.then(noteSize, () => {})
        return answer
      }
    },
  })
  return { client: recording, calls: () => calls, sizeBytes: () => sizeBytes }
}

function lineOf(name: string, args: unknown[], prefix: string): string {
  if (name === 'multi') return ['MULTI', ...namesOf(args[0]), 'EXEC'].join(' · ')
  const [key, ...rest] = args
  const shown = String(key).startsWith(prefix) ? `${prefix}…` : '…'
  const options = name === 'set' ? ['{…}', ...rest.slice(1)] : name.startsWith('z') ? [] : rest
  return [name.toUpperCase(), shown, ...options].join(' ')
}

const namesOf = (commands: unknown) =>
  Array.isArray(commands) ? commands.map((command) => String(command[0]).toUpperCase()) : []
