import { spawn } from 'node:child_process'
import { atEnd, Failure } from './ending.mjs'
import { root } from './environment.mjs'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
/** npm says what is wrong first, Next last: of long words both ends are kept. */
const keptLines = 40

/** Runs a command that may take long, showing that it moves; its own words are shown only when it fails. */
export async function runStep(label, command, args, { env = process.env, cwd = root } = {}) {
  const startedAt = Date.now()
  const stopShowing = showProgress(label, startedAt)
  const { code, lines } = await collect(command, args, { env, cwd })
  stopShowing()
  if (code !== 0) {
    throw new Failure([...lines, `${label} failed: ${[command, ...args].join(' ')} ended with ${code}.`].join('\n'))
  }
  console.log(`${label}: done in ${seconds(startedAt)}.`)
}

function showProgress(label, startedAt) {
  if (!process.stdout.isTTY) {
    console.log(`${label} …`)
    const timer = setInterval(() => console.log(`${label} … ${seconds(startedAt)}`), 5000)
    return () => clearInterval(timer)
  }
  let frame = 0
  const timer = setInterval(() => {
    frame = (frame + 1) % frames.length
    process.stdout.write(`\r${frames[frame]} ${label} … ${seconds(startedAt)} `)
  }, 100)
  return () => {
    clearInterval(timer)
    process.stdout.write('\r\x1b[K')
  }
}

/** In a group of its own, so that stopping reaches what the command started too. */
function collect(command, args, options) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const forget = atEnd(() => stopGroup(child))
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => {
        text += part
      })
    }
    child.once('error', (error) => failed(new Failure(`${command} cannot be run: ${error.code}.`)))
    child.once('close', (code, signal) => {
      forget()
      done({ code: code ?? signal, lines: cutMiddle(text.trimEnd().split('\n')) })
    })
  })
}

function cutMiddle(lines) {
  if (lines.length <= 2 * keptLines) return lines
  return [...lines.slice(0, keptLines), '…', ...lines.slice(-keptLines)]
}

/** Asks a process and all that it started to stop, insists after ten seconds, and resolves when it has. */
export async function stopGroup(child, signal = 'SIGTERM', patienceMs = 10_000) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  signalGroup(child, signal)
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), patienceMs)
  await ended
  clearTimeout(timer)
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`
}
