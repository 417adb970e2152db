import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type RedisOptions as AnyRedisOptions, Redis } from 'ioredis'
import { accountArgs } from './least-privilege'

// Without the reply mapping, whose three states the constructor's overloads cannot tell apart.
type RedisOptions = Omit<AnyRedisOptions, 'replyMapping'>

export type RedisServer = {
  /** Where the server listens on loopback: `redis://127.0.0.1:port`, `rediss://` with `tls`. */
  readonly url: string
  readonly port: number
  /** Its unix socket, when asked for. */
  readonly socketPath: string | null
  /** The certificate to trust, PEM, when started with `tls`. */
  readonly ca: string | null
  /** An own client for the test, closed by `stop`. */
  client(options?: RedisOptions): Redis
  /** Ends the server and removes its folder. */
  stop(): Promise<void>
  /** Ends the server at once, as a crash would; the folder and the port stay for `restart`. */
  kill(): Promise<void>
  /** The same port and settings, all data lost. */
  restart(): Promise<void>
  /** The process stands still with its sockets open, as a half-open connection looks. */
  pause(): void
  resume(): void
}

export type StartOptions = {
  args?: string[]
  unixSocket?: boolean
  tls?: boolean
  port?: number
  /** `redis-server` in Sentinel mode needs a configuration file of its own. */
  configFile?: string
}

const startMs = 10_000

/**
 * A private redis-server (or valkey-server) in its own folder, on a free loopback port, that keeps nothing. Ready when this resolves.
 * It ends with the test process. Tests here delete sessions, so no server is ever used that was not started here.
 */
export async function startRedis(options: StartOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-redis-'))
  const port = options.port ?? (await freePort())
  const socketPath = options.unixSocket ? join(folder, 'redis.sock') : null
  const tls = options.tls ? makeCertificate(folder) : null
  const clients = new Set<Redis>()
  const program = serverProgram()
  let child: ChildProcess | null = null

  const base: RedisOptions = {
    host: '127.0.0.1',
    port,
    disableClientInfo: true,
    protocol: 2,
    ...(tls ? { tls: { ca: tls.ca } } : {}),
  }

  function removeAll() {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }

  async function start() {
    const args = [
      ...(options.configFile ? [options.configFile, '--sentinel'] : ['--save', '', '--appendonly', 'no']),
      ...['--dir', folder, '--bind', '127.0.0.1', '--daemonize', 'no', '--loglevel', 'warning'],
      ...(tls ? ['--port', '0', '--tls-port', String(port), ...tls.args] : ['--port', String(port)]),
      ...(socketPath ? ['--unixsocket', socketPath, '--unixsocketperm', '700'] : []),
      ...(options.configFile ? [] : accountArgs()),
      ...(options.args ?? []),
    ]
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    let output = ''
    started.stdout.on('data', (text) => {
      output += text
    })
    started.stderr.on('data', (text) => {
      output += text
    })
    const endsAt = Date.now() + startMs
    while (Date.now() < endsAt) {
      if (started.exitCode !== null) throw new Error(`${program} ended at start: ${output.slice(-600)}`)
      if ((await readProcessId(base)) === started.pid) return
      await wait(20)
    }
    throw new Error(`${program} gave no answer within ${startMs} ms: ${output.slice(-600)}`)
  }

  async function kill() {
    const running = child
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    running.kill('SIGKILL')
    await once(running, 'exit')
  }

  process.once('exit', removeAll)
  try {
    await start()
  } catch (error) {
    removeAll()
    throw error
  }

  return {
    url: `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    port,
    socketPath,
    ca: tls?.ca ?? null,
    client(extra) {
      const client = new Redis({ ...base, ...extra })
      client.on('error', () => {})
      clients.add(client)
      return client
    },
    async stop() {
      for (const client of clients) client.disconnect()
      await kill()
      rmSync(folder, { recursive: true, force: true })
      process.off('exit', removeAll)
    },
    kill,
    async restart() {
      await kill()
      await start()
    },
    pause() {
      child?.kill('SIGSTOP')
    },
    resume() {
      child?.kill('SIGCONT')
    },
  }
}

/** Waits until `claim` holds, asking again every few milliseconds; throws with `what` when it does not within `withinMs`. */
export async function until(what: string, claim: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> {
  const endsAt = Date.now() + withinMs
  while (!(await claim())) {
    if (Date.now() > endsAt) throw new Error(`Not within ${withinMs} ms: ${what}`)
    await wait(10)
  }
}

/** A loopback port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('The system gave no port')
  return address.port
}

/** Null until the server answers. Our own process id is the proof that it is the server that we started. */
async function readProcessId(options: RedisOptions): Promise<number | null> {
  const client = new Redis({ ...options, lazyConnect: true, retryStrategy: () => null, connectTimeout: 500 })
  client.on('error', () => {})
  try {
    await client.connect()
    const info = await client.info('server')
    return Number(/process_id:(\d+)/.exec(info)?.[1])
  } catch {
    return null
  } finally {
    client.disconnect()
  }
}

function serverProgram(): string {
  for (const program of ['redis-server', 'valkey-server']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' })
      return program
    } catch {
      // Try the next name; the sentence below speaks for all.
    }
  }
  throw new Error('Neither redis-server nor valkey-server is installed: apt-get install redis-server')
}

function makeCertificate(folder: string): { ca: string; args: string[] } {
  const key = join(folder, 'tls.key')
  const certificate = join(folder, 'tls.crt')
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const output = ['-keyout', key, '-out', certificate, '-days', '2']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...output, ...subject], { stdio: 'pipe' })
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate]
  return { ca: readFileSync(certificate, 'utf8'), args: [...files, '--tls-auth-clients', 'no'] }
}
