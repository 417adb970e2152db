import { existsSync, readFileSync } from 'node:fs'
import { deflateSync, gunzipSync, inflateSync } from 'node:zlib'
import { formatOf, formats } from '@/lib/formats'
import { goldensOf, rawOf, stringOf } from '@/lib/formats/conformance'
import type { SessionFormat } from '@/lib/formats/format'
import { unpack } from '@/lib/formats/php-session'
import { fieldOf, type RawSession, type StoredValue } from '@/lib/session/raw'

/** What a session in Redis commonly measures. */
const usualBytes = 500

/**
 * A value to be decoded. `contentBytes`: what it holds, without what packs it. `packedBy`: null: nothing. `unpack`: what packs it, taken off and nothing more; null: that is not told
 * apart from the rest here, and the content is what is packed.
 */
export type SessionValue = {
  name: string
  raw: RawSession
  contentBytes: number
  packedBy: string | null
  unpack: (() => Buffer) | null
}

/** Where the goldens of a format stand that has no folder of its own name. */
const folders: Record<string, string[]> = {
  django: ['django-cache'],
  php: ['php', 'predis'],
  'spring-session': ['spring', 'spring-indexed'],
}

/**
 * For each encoding that a format reads a value of the usual size, made of the golden that is nearest to it: with short fields of text where the encoding can be given more, as it
 * stands where not. What is packed is as large as its golden. Empty for what is encrypted.
 */
export function valuesOf(format: SessionFormat): SessionValue[] {
  const nearest = new Map<string, SessionValue>()
  for (const { name, raw } of goldensIn(format.id)) {
    const decoded = formatOf(raw, formats) === format ? format.decode(raw) : null
    if (decoded === null || !('encodings' in decoded)) continue
    const encoding = decoded.encodings.join(' ').replace(/\d/g, '')
    const value = measured(name, format, raw)
    const best = nearest.get(encoding)
    if (best === undefined || rankOf(value) < rankOf(best)) nearest.set(encoding, value)
  }
  const usual = [...nearest.values()].map(({ name, raw }) => measured(name, format, grown(raw)))
  return [...usual, ...usual.flatMap((value) => packedHere(value, format))]
}

/** First those that can grow to the usual size, then the nearest; and somebody is signed in. */
function rankOf(value: SessionValue): number {
  const canGrow = grown(value.raw) !== value.raw
  return (canGrow ? 0 : 1 + distanceOf(value)) + (/signed-in|person/.test(value.name) ? 0 : 2)
}

const distanceOf = ({ contentBytes }: SessionValue) => Math.abs(Math.log(contentBytes / usualBytes))

function goldensIn(id: string): { name: string; raw: RawSession }[] {
  return (folders[id] ?? [id]).flatMap((folder) => {
    const base = new URL(`../../lib/formats/fixtures/${folder}/`, import.meta.url)
    if (existsSync(new URL('manifest.json', base))) return goldensOf(folder)
    const file = new URL('person.json', base)
    if (existsSync(file)) return [{ name: 'person', raw: rawOf(readFileSync(file)) }]
    return id === 'plain' ? [{ name: 'person', raw: rawOf(Buffer.from('{"userId":42,"name":"Alice"}')) }] : []
  })
}

/** The same as django-redis packs it by zlib: a golden of the usual size there is none of. */
function packedHere({ name, raw, packedBy }: SessionValue, format: SessionFormat): SessionValue[] {
  if (format.id !== 'django' || raw.value.type !== 'string' || packedBy !== null) return []
  return [measured(name, format, { ...raw, value: stringOf(deflateSync(raw.value.bytes)) })]
}

const packers = ['zlib', 'gzip', 'zstd', 'lz4', 'lzf', 'snappy']

function measured(name: string, format: SessionFormat, raw: RawSession): SessionValue {
  const decoded = format.decode(raw)
  const encodings = 'encodings' in decoded ? decoded.encodings : []
  const packedBy = packers.find((packer) => encodings.includes(packer)) ?? null
  const bare = packedBy === null ? null : unpackerOf(packedBy, raw.value)
  return { name, raw, contentBytes: bare?.().length ?? sizeOf(raw.value), packedBy, unpack: bare }
}

/** What takes the packing off, where it works for this value; else null. */
function unpackerOf(packer: string, value: StoredValue): (() => Buffer) | null {
  const bytes = value.type === 'string' ? value.bytes : fieldOf(value, 'data')
  if (bytes === null) return null
  if (packer === 'gzip') return tried(() => gunzipSync(bytes))
  // The head of an entry, or a mark, stands before what zlib packed.
  if (packer === 'zlib') return tried(() => inflateSync(bytes.subarray(Math.max(0, bytes.indexOf(0x78)))))
  return tried(() => {
    // A copy: what was unpacked last is kept.
    const unpacked = unpack(Buffer.from(bytes), false)?.unpacked
    if (unpacked === undefined || 'reason' in unpacked) throw new Error('packed in another way')
    return unpacked.bytes
  })
}

function tried(bare: () => Buffer): (() => Buffer) | null {
  try {
    bare()
    return bare
  } catch {
    // The packer of another writer: nothing stands beside its figure.
    return null
  }
}

export function sizeOf(value: StoredValue): number {
  if (value.type === 'string') return value.bytes.length
  return value.fields.reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0)
}

/** The same content in bytes of its own: what a format keeps of the last value does not help. */
export function copyOf(raw: RawSession): RawSession {
  const { value } = raw
  if (value.type === 'string') return { ...raw, value: stringOf(Buffer.from(value.bytes)) }
  return { ...raw, value: { ...value, fields: value.fields.map(([name, bytes]) => [name, Buffer.from(bytes)]) } }
}

/** With fields of text up to the usual size, as applications keep them; the very same where its encoding is none of those below. */
function grown(raw: RawSession): RawSession {
  let { value } = raw
  for (let n = 0; n < 40; n++) {
    const room = Math.min(30, usualBytes - sizeOf(value) - 24)
    const next = room < 1 ? null : withField(value, `field${n}`, 'lorem ipsum dolor sit amet con'.slice(0, room))
    if (next === null) break
    value = next
  }
  return value === raw.value ? raw : { ...raw, value }
}

function withField(value: StoredValue, name: string, text: string): StoredValue | null {
  if (value.type === 'hash') {
    const data = fieldOf(value, 'data')
    const next = data === null ? null : inAspnet(data, name, text)
    if (next === null) return null
    return { ...value, fields: value.fields.map(([field, bytes]) => [field, bytes === data ? next : bytes]) }
  }
  for (const grow of growers) {
    const bytes = grow(value.bytes, name, text)
    if (bytes !== null) return stringOf(bytes)
  }
  return null
}

type Grow = (bytes: Buffer, name: string, text: string) => Buffer | null

const inJson: Grow = (bytes, name, text) =>
  bytes[0] === 0x7b ? Buffer.from(bytes.toString('utf8').replace('{', `{"${name}":"${text}",`)) : null

const inPhpVariables: Grow = (bytes, name, text) =>
  /^[\w.]+\|/.test(bytes.toString('latin1', 0, 64))
    ? Buffer.concat([bytes, Buffer.from(`${name}|s:${text.length}:"${text}";`)])
    : null

/** An array within a text, as Laravel has it. */
const inPhpText: Grow = (bytes, name, text) => {
  const found = /^s:\d+:"a:(\d+):(\{.*\})";$/s.exec(bytes.toString('latin1'))
  if (found?.[2] === undefined) return null
  const field = `s:${name.length}:"${name}";s:${text.length}:"${text}";`
  const inner = `a:${Number(found[1]) + 1}:${found[2].slice(0, -1)}${field}}`
  return Buffer.from(`s:${inner.length}:"${inner}";`, 'latin1')
}

const inPickle: Grow = (bytes, name, text) =>
  bytes[0] === 0x80 && (bytes[1] ?? 0) <= 5 && bytes.at(-1) === 0x2e
    ? Buffer.concat([bytes.subarray(0, -1), ...[name, text].map(pickled), Buffer.from('s.')])
    : null
const pickled = (text: string) =>
  Buffer.concat([Buffer.from([0x8c, text.length]), Buffer.from(text), Buffer.from([0x94])])

const inMsgpack: Grow = (bytes, name, text) => {
  const first = bytes[0] ?? 0
  if (first <= 0x80 || first >= 0x8f || bytes[1] === 0xc0) return null
  const fields = [name, text].flatMap((one) => [Buffer.from([0xd9, one.length]), Buffer.from(one)])
  return Buffer.concat([Buffer.from([first + 1]), bytes.subarray(1), ...fields])
}

/** The hash of a session, also behind the head of a Rails cache entry of 7.1. The first symbol in it is the name of the encoding. */
const inMarshal: Grow = (bytes, name, text) => {
  const at = bytes[0] === 0x04 ? 2 : bytes[0] === 0 && bytes[1] === 0x11 ? 17 : -1
  const count = at < 0 ? undefined : bytes[at + 1]
  if (bytes[at] !== 0x7b || count === undefined || count < 6 || count > 100) return null
  const grownUp = Buffer.concat([bytes, ...[name, text].map(marshalled)])
  grownUp[at + 1] = count + 1
  return grownUp
}
const marshalled = (text: string) =>
  Buffer.concat([
    Buffer.from('I"'),
    Buffer.from([text.length + 5]),
    Buffer.from(text),
    Buffer.from('\x06;\x00T', 'latin1'),
  ])

/** The entries of ASP.NET Core: a count of three bytes, names and values with their lengths. */
const inAspnet: Grow = (bytes, name, text) => {
  if (bytes[0] !== 2 || bytes.length < 20) return null
  const field = Buffer.alloc(2 + name.length + 4 + text.length)
  field.writeUInt16BE(name.length)
  field.write(name, 2)
  field.writeUInt32BE(text.length, 2 + name.length)
  field.write(text, 6 + name.length)
  const grownUp = Buffer.concat([bytes, field])
  grownUp.writeUIntBE(bytes.readUIntBE(1, 3) + 1, 1, 3)
  return grownUp
}

const growers = [inJson, inPhpVariables, inPhpText, inPickle, inMsgpack, inMarshal]
