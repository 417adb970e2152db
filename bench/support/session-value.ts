import { existsSync, readFileSync } from 'node:fs'
import { deflateSync, inflateSync } from 'node:zlib'
import { formatOf, formats } from '@/lib/formats'
import { goldensOf, rawOf, stringOf } from '@/lib/formats/conformance'
import type { SessionFormat } from '@/lib/formats/format'
import { unpack } from '@/lib/formats/php-session'
import { fieldOf, type RawSession, type StoredValue } from '@/lib/session/raw'

/** What a session in Redis commonly measures. */
const usualBytes = 500

/** A value to be decoded. `contentBytes`: what it holds, without what packs it. `packedBy`: null: nothing. `unpack`: what packs it, taken off and nothing more. */
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
 * A value of the usual size, made of the golden that is nearest to it: with short fields of text where its encoding can be given more, as it stands where not. Then the goldens that
 * are packed, one for each packer, which are as large as they are. Empty for what is encrypted.
 */
export function valuesOf(format: SessionFormat): SessionValue[] {
  const goldens = goldensIn(format.id).filter(
    ({ raw }) => formatOf(raw, formats) === format && 'facts' in format.decode(raw),
  )
  const all = goldens.map(({ name, raw }) => describe(name, format, raw))
  const [nearest] = all.filter(({ packedBy }) => packedBy === null).toSorted((a, b) => rankOf(a) - rankOf(b))
  if (nearest === undefined) return []
  const usual = describe(nearest.name, format, grown(nearest.raw))
  const packers = new Set(all.flatMap(({ packedBy }) => packedBy ?? []))
  const packed = [...packers].map((packer) => all.filter(({ packedBy }) => packedBy === packer).toSorted(byContent)[0])
  return [usual, ...packedHere(usual, format), ...packed.filter((value) => value !== undefined)]
}

const byContent = (a: SessionValue, b: SessionValue) => a.contentBytes - b.contentBytes

/** Those that can grow are taken below the usual size, and somebody is signed in. */
function rankOf({ name, contentBytes, raw }: SessionValue): number {
  const canGrow = grown(raw) !== raw || contentBytes === usualBytes
  const isTooLarge = canGrow && contentBytes > usualBytes
  return Math.abs(Math.log(contentBytes / usualBytes)) + (isTooLarge ? 10 : 0) + (/signed-in|person/.test(name) ? 0 : 2)
}

function goldensIn(id: string): { name: string; raw: RawSession }[] {
  return (folders[id] ?? [id]).flatMap((folder) => {
    const base = new URL(`../../lib/formats/fixtures/${folder}/`, import.meta.url)
    if (existsSync(new URL('manifest.json', base))) return goldensOf(folder)
    const file = new URL('person.json', base)
    if (existsSync(file)) return [{ name: 'person', raw: rawOf(readFileSync(file)) }]
    return id === 'plain' ? [{ name: 'person', raw: rawOf(Buffer.from('{"userId":42,"name":"Alice"}')) }] : []
  })
}

/** Packs as Django and Rails do where a value is long. */
function packedHere(usual: SessionValue, format: SessionFormat): SessionValue[] {
  const { value } = usual.raw
  if (format.id !== 'django' || value.type !== 'string') return []
  return [describe(usual.name, format, { ...usual.raw, value: stringOf(deflateSync(value.bytes)) })]
}

const packers = ['zlib', 'gzip', 'zstd', 'lz4', 'lzf', 'snappy']

function describe(name: string, format: SessionFormat, raw: RawSession): SessionValue {
  const decoded = format.decode(raw)
  const encodings = 'encodings' in decoded ? decoded.encodings : []
  const packedBy = packers.find((packer) => encodings.includes(packer)) ?? null
  const bare = packedBy === null ? null : unpackerOf(packedBy, raw.value)
  const unpacked = bare?.().length ?? null
  if (packedBy === null || bare === null || unpacked === null)
    return { name, raw, contentBytes: sizeOf(raw.value), packedBy, unpack: null }
  return { name, raw, contentBytes: unpacked, packedBy, unpack: bare }
}

/** Null: it is not told apart from the rest of the value here. */
function unpackerOf(packer: string, value: StoredValue): (() => Buffer) | null {
  const bytes = value.type === 'string' ? value.bytes : fieldOf(value, 'data')
  if (bytes === null) return null
  // An entry of a cache or a mark stands before what is packed.
  const at = bytes
    .subarray(0, 24)
    .findIndex((byte, index) => byte === 0x78 && (byte * 256 + (bytes[index + 1] ?? 0)) % 31 === 0)
  if (packer === 'zlib') return at < 0 ? null : tried(() => inflateSync(bytes.subarray(at)))
  return tried(() => {
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
