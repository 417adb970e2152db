/** What to undo when this process ends, in reverse order of noting. */
const cleanups = new Set()
let isEnding = false

/** Notes what must be undone at the end, however it comes; returns how to take the note back. */
export function atEnd(cleanup) {
  cleanups.add(cleanup)
  return () => void cleanups.delete(cleanup)
}

/** Undoes everything noted, then exits. A second call changes nothing: an impatient Ctrl-C cannot leave half behind. */
export async function end(code) {
  if (isEnding) return
  isEnding = true
  for (const cleanup of [...cleanups].reverse()) {
    try {
      await cleanup()
    } catch (error) {
      // The others must still be undone.
      console.error(error instanceof Error ? error.message : error)
    }
  }
  process.exit(code)
}

/** Says why in plain sentences, without a stack, and ends with 1. */
export async function fail(...sentences) {
  for (const sentence of sentences) console.error(sentence)
  await end(1)
}

/** A failure that the person who started us can understand: its message is all that is shown. */
export class Failure extends Error {}

/** Runs a script's body: a `Failure` shows its sentence, anything else is a bug and shows its stack. */
export async function runScript(body) {
  // A reader that went away (`npm start | head`) must not become a crash that skips the cleaning.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  process.on('SIGINT', () => end(endCode ?? 130))
  process.on('SIGTERM', () => end(endCode ?? 143))
  process.on('SIGHUP', () => end(endCode ?? 129))
  leaveWithNpm()
  try {
    await body()
  } catch (error) {
    await fail(error instanceof Failure ? error.message : (error?.stack ?? String(error)))
  }
}

/** npm hands a signal only to its shell, and tells nobody when it is killed outright: its grandchild just finds another parent. */
function leaveWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end(endCode ?? 143)
  }, 200).unref()
}

let endCode = null

/** From now on being asked to stop is a good end. */
export function endWellWhenAsked() {
  endCode = 0
}
