import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A line to Redis on loopback that can be cut at one command. */
export type LineCutter = {
  port: number
  /** Cuts the line at the next command of this name: before Redis gets it, or after Redis has done it and before the answer is passed on. */
  cutAt(command: string, when: 'request' | 'reply'): void
  /** Whether it was cut since it was armed. */
  wasCut(): boolean
  close(): Promise<void>
}

export async function startLineCutter(port: number): Promise<LineCutter> {
  let armed: { word: string; when: 'request' | 'reply' } | null = null
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1')
    let isLastAnswer = false
    const end = () => {
      client.destroy()
      redis.destroy()
    }
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.on('error', end).on('close', end)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (bytes) => {
      if (armed !== null && bytes.toString('latin1').toUpperCase().includes(armed.word)) {
        const { when } = armed
        armed = null
        if (when === 'request') return end()
        isLastAnswer = true
      }
      redis.write(bytes)
    })
    redis.on('data', (bytes) => (isLastAnswer ? end() : client.write(bytes)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')
  return {
    port: address.port,
    cutAt(command, when) {
      armed = { word: `\r\n${command.toUpperCase()}\r\n`, when }
    },
    wasCut: () => armed === null,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
