/**
 * Holds a private redis-server: `node private-redis-watchdog.mjs <binary> <folder> [arguments]`. When its standard input ends, because whoever
 * started it closed the pipe or died in any way, it stops the server and removes the folder.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'

const [binary, folder, ...args] = process.argv.slice(2)
const server = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
let words = ''
for (const stream of [server.stdout, server.stderr]) {
  stream.on('data', (part) => {
    words = (words + part).slice(-2000)
  })
}

server.once('error', (error) => leave(`${binary}: ${error.code}`))
server.once('exit', (code, signal) => leave(`${binary} ended with ${code ?? signal}\n${words}`))
process.stdin.once('end', stop).once('error', stop).resume()
// A signal to us is a wish to stop too; the pipe ends soon after, or it is the only word we get.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop)

function stop() {
  server.kill('SIGTERM')
  setTimeout(() => server.kill('SIGKILL'), 2000).unref()
}

function leave(why) {
  rmSync(folder, { recursive: true, force: true })
  process.stderr.write(why, () => process.exit(0))
}
