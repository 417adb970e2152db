import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { atEnd } from './ending.mjs'

const beatMs = 2000
/** A holder that has not shown a sign of life for so long is gone, even if its process number lives on as something else. */
const staleMs = 20_000

/** Does the work while nobody else in this checkout does; others wait. The lock of a dead process is taken over. */
export async function withLock(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true })
  for (let hasSaid = false; !take(file); hasSaid = true) {
    if (!hasSaid) onWait()
    removeIfDead(file)
    await pause(200)
  }
  const beat = setInterval(() => utimesSync(file, new Date(), new Date()), beatMs)
  const release = () => {
    clearInterval(beat)
    rmSync(file, { force: true })
  }
  const forget = atEnd(release)
  try {
    return await work()
  } finally {
    forget()
    release()
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function removeIfDead(file) {
  const holder = readHolder(file)
  if (holder === null || holder.isAlive) return
  const aside = `${file}.${process.pid}`
  try {
    // By a rename, so that of two who saw the same dead holder only one removes it.
    renameSync(file, aside)
    if (readHolder(aside)?.pid !== holder.pid) renameSync(aside, file)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  rmSync(aside, { force: true })
}

function readHolder(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    const isFresh = Date.now() - statSync(file).mtimeMs < staleMs
    return { pid, isAlive: isFresh && (pid === 0 || hasProcess(pid)) }
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

function hasProcess(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
