import { type Branch, branch, bytesLeaf, isLeaf, type Leaf, leaf, typeNameOf } from '@/lib/session/tree'

/** A name that a pickle imports. Nothing is ever looked up by it. */
export class Global {
  constructor(readonly name: string) {}
}

/** What bytes were, behind the leaf that shows them: a date is made of them. */
const rawBytes = new WeakMap<Leaf, Buffer>()

export function bytesOf(bytes: Buffer): Leaf {
  const shown = bytesLeaf(bytes)
  rawBytes.set(shown, bytes)
  return shown
}

/** What a call would have made: dates and bytes as themselves, all else an object with the name and its arguments. */
export function calledAs(callee: unknown, args: unknown): unknown {
  const name = callee instanceof Global ? callee.name : ''
  const list = Array.isArray(args) ? args : [args]
  if (name === 'datetime.datetime') return dateOf(list) ?? objectOf(callee, list)
  // Protocol 2 has no word for bytes.
  if (name === '_codecs.encode' && typeof list[0] === 'string') return bytesOf(Buffer.from(list[0], 'latin1'))
  if (name === 'copyreg._reconstructor' || name === 'copy_reg._reconstructor') return objectOf(list[0], [])
  return objectOf(callee, list)
}

/** An object of the class with its arguments; nothing is called. */
export function objectOf(callee: unknown, args: unknown[]): Branch {
  const object = branch(callee instanceof Global ? callee.name : 'object')
  if (args.length > 0) object.args = args.map((arg) => (arg instanceof Global ? leaf('class', arg.name) : arg))
  return object
}

/** A key of a dict as a name. */
export function nameOfKey(key: unknown): string {
  if (typeof key === 'string') return key
  if (key === null) return 'None'
  if (typeof key === 'boolean') return key ? 'True' : 'False'
  if (typeof key === 'number') return String(key)
  if (key instanceof Global) return key.name
  if (Array.isArray(key)) return `(${key.length} values)`
  return isLeaf(key) ? key.text.slice(0, 256) : `(${typeNameOf(Object(key)) ?? 'object'})`
}

/** Ten bytes: two of the year, one each of month to second, three of microseconds. Without a zone it is the server's own time, which nobody knows here. */
function dateOf([state, zone]: unknown[]): Leaf | null {
  const bytes = isLeaf(state)
    ? rawBytes.get(state)
    : typeof state === 'string'
      ? Buffer.from(state, 'latin1')
      : undefined
  if (bytes?.length !== 10) return null
  const [month = 0, day, hour, minute, second] = bytes.subarray(2, 7)
  const ms = Math.floor(bytes.readUIntBE(7, 3) / 1000)
  // The highest bit of the month tells the second of two equal hours.
  const at = Date.UTC(2000, (month & 127) - 1, day, hour, minute, second, ms)
  const date = new Date(at)
  date.setUTCFullYear(bytes.readUInt16BE(0))
  if (!Number.isFinite(date.getTime())) return null
  if (zone === undefined || zone === null) return leaf('datetime', date.toISOString().slice(0, -1))
  const offsetMs = offsetOf(zone)
  return offsetMs === null ? null : leaf('datetime', new Date(date.getTime() - offsetMs).toISOString())
}

/** UTC by its many names, or a fixed offset; null for a zone with rules. */
function offsetOf(zone: unknown): number | null {
  if (typeof zone !== 'object' || zone === null) return null
  const name = typeNameOf(zone) ?? ''
  if (/^(?:pytz\._UTC|django\.utils\.timezone\.UTC|pytz\.UTC|dateutil\.tz\.tz\.tzutc)$/.test(name)) return 0
  const args: unknown = Reflect.get(zone, 'args')
  const first = Array.isArray(args) ? args[0] : null
  if (/^zoneinfo\.ZoneInfo/.test(name)) return first === 'UTC' ? 0 : null
  if (name !== 'datetime.timezone' || typeof first !== 'object' || first === null) return null
  const parts: unknown = typeNameOf(first) === 'datetime.timedelta' ? Reflect.get(first, 'args') : null
  if (!Array.isArray(parts)) return null
  const [days, seconds] = parts
  const offsetMs = typeof days === 'number' && typeof seconds === 'number' ? (days * 86_400 + seconds) * 1_000 : null
  return offsetMs !== null && Math.abs(offsetMs) <= 86_400_000 ? offsetMs : null
}
