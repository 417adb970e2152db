import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { StoredValue } from '@/lib/session/raw'
import { formatOf, formats } from '.'
import { rawOf } from './conformance'
import { hostileFiles } from './hostile'
import { tryEverything } from './try-everything'

/** What the roster reads of a value. */
const rowBytes = 64 * 1024
const leastFiles = 500
/** Of processor time, at the second of two goes: the first may compile. */
const mostMs = 100

test(`at least ${leastFiles} hostile files, no two of them alike`, () => {
  const digests = Array.from(hostileFiles(), ({ bytes }) => createHash('sha256').update(bytes).digest('hex'))
  expect(digests.length).toBeGreaterThanOrEqual(leastFiles)
  expect(new Set(digests).size).toBe(digests.length)
})

test(`each of them, in each format, as a string and as fields of a hash, is answered within ${mostMs} ms, and nothing of it is run`, {
  timeout: 120_000,
}, () => {
  const faults: string[] = []
  for (const { name, bytes } of hostileFiles()) {
    const head = bytes.subarray(0, rowBytes)
    const string: StoredValue = { type: 'string', bytes: head, isTruncated: bytes.length > rowBytes }
    const hash: StoredValue = { type: 'hash', fields: fieldsOf(head), isTruncated: false }
    for (const value of [string, hash]) {
      const raw = { ...rawOf(head), value }
      // Whoever finds it asks all of them, and one answers.
      expect(formatOf(raw, formats).decode(raw)).toBeTypeOf('object')
      for (const format of formats) if (isSlow(() => tryEverything(format, raw))) faults.push(`${format.id}: ${name}`)
    }
  }
  expect(faults).toEqual([])
  expect(existsSync('/tmp/pwned')).toBe(false)
})

/** As frameworks name them, so that what stands in them is read; together as long as what is read of a hash. */
function fieldsOf(bytes: Buffer): [Buffer, Buffer][] {
  const names = ['data', 'sessionAttr:user', 'creationTime', 'maxInactiveInterval', 'session:a', 'absexp']
  const part = bytes.subarray(0, rowBytes / names.length)
  return names.map((name) => [Buffer.from(name), part])
}

function isSlow(work: () => void): boolean {
  for (let times = 0; times < 2; times++) {
    const startedAt = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(startedAt)
    if (user + system < mostMs * 1000) return false
  }
  return true
}
