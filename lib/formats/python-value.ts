import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { describeBytes } from './describe-bytes'
import { inflate } from './inflate'
import { isObject } from './json'
import { readPhpMsgpack } from './php-msgpack'
import { type Unpacked, unpackLz4 } from './php-unpack'
import { isZstd, unpackZstd } from './php-zstd'
import { type PickleRead, readPickle } from './pickle'
import { readJsonBytes } from './text'

/** A dict, how it was written from the outside in, and the bytes inside of the compression, if any. `reason` ends a sentence that begins with "It". */
export type PythonRead =
  | {
      tree: Record<string, unknown>
      isCut: boolean
      encodings: string[]
      inner: Buffer
      compressor: string | null
      pickle: Exclude<PickleRead, { reason: string }> | null
    }
  | { reason: string }

/**
 * What Python's caches write: a dict as pickle, JSON or MessagePack, packed by zlib, gzip, LZ4 or zstd, or not. django-redis leaves small values as they are, so each value is
 * known by its own first bytes. Source: django-redis 6.0 `compressors/`, `serializers/`; Flask-Session 0.8 `base.py`.
 */
export function readPython(bytes: Buffer, isTruncated: boolean): PythonRead {
  if (last?.bytes === bytes && last.isTruncated === isTruncated) return last.read
  const read = readPacked(bytes, isTruncated)
  last = { bytes, isTruncated, read }
  return read
}

/** A value is asked about by several formats and then decoded by one, all in a row: the last one is read once. The tree is shared: nobody changes it. */
let last: { bytes: Buffer; isTruncated: boolean; read: PythonRead } | null = null

function readPacked(bytes: Buffer, isTruncated: boolean): PythonRead {
  const packed = unpack(bytes, isTruncated)
  if (packed !== null && 'reason' in packed.unpacked) return packed.unpacked
  const inner = packed === null || 'reason' in packed.unpacked ? bytes : packed.unpacked.bytes
  const isCut = packed === null || 'reason' in packed.unpacked ? isTruncated : packed.unpacked.isCut
  const read = readInner(inner, isCut)
  if ('reason' in read) return read
  if (!isObject(read.tree)) return { reason: `is ${read.name} but no dict` }
  const compressor = packed?.name ?? null
  const encodings = [...(compressor === null ? [] : [compressor]), read.name]
  if (read.isCut) encodings.push('only its beginning is read')
  return { tree: read.tree, isCut: read.isCut, encodings, inner, compressor, pickle: read.pickle }
}

/** The same bytes packed again as they were; where that packer is not here as they are, which django-redis reads as well. */
export function packAgain(bytes: Buffer, compressor: string | null): Buffer {
  if (compressor === 'zlib') return deflateSync(bytes)
  return compressor === 'gzip' ? gzipSync(bytes) : bytes
}

function readInner(bytes: Buffer, isTruncated: boolean) {
  const first = bytes[0] ?? 0
  if (isPickle(bytes)) {
    const read = readPickle(bytes, isTruncated)
    return 'reason' in read ? read : { ...read, name: `pickle ${read.protocol}`, pickle: read }
  }
  if ((first >= 0x80 && first <= 0x8f) || first === 0xde || first === 0xdf) {
    const read = readPhpMsgpack(bytes, isTruncated)
    // An empty map and an empty list are one to PHP.
    if ('tree' in read && Array.isArray(read.tree))
      return { ...read, tree: { ...read.tree }, name: 'msgpack', pickle: null }
    return 'reason' in read ? read : { ...read, name: 'msgpack', pickle: null }
  }
  if (first === 0x7b) {
    const read = readJsonBytes(bytes, isTruncated)
    return 'reason' in read ? read : { ...read, name: 'json', pickle: null }
  }
  if (/^gAAAA/.test(bytes.toString('latin1', 0, 5))) return { reason: 'is encrypted by Fernet' }
  if (bytes.toString('hex', 0, 5) === 'fd377a585a') return { reason: 'is compressed by LZMA, which is not read' }
  return { reason: describeBytes(bytes) }
}

/** Protocols 2 to 5 say so; a dict of protocol 0 or 1 begins with its mark or empty. */
export function isPickle(bytes: Buffer): boolean {
  const [first, second = 0] = bytes
  if (first === 0x80) return second >= 2 && second <= 5
  return (
    (first === 0x28 && second === 0x64) || (first === 0x7d && (second === 0x71 || second === 0x2e || second === 0x72))
  )
}

function unpack(bytes: Buffer, isTruncated: boolean): { name: string; unpacked: Unpacked } | null {
  const [first = 0, second = 0] = bytes
  if (first === 0x1f && second === 0x8b)
    return { name: 'gzip', unpacked: inflate(gunzipSync, bytes, isTruncated, 'gzip') }
  if (first === 0x78 && (first * 256 + second) % 31 === 0) {
    return { name: 'zlib', unpacked: inflate(inflateSync, bytes, isTruncated, 'zlib') }
  }
  if (isZstd(bytes)) return { name: 'zstd', unpacked: unpackZstd(bytes, isTruncated) }
  if (bytes.length > 15 && bytes.readUInt32LE(0) === 0x184d2204)
    return { name: 'lz4', unpacked: unpackFrame(bytes, isTruncated) }
  return null
}

/**
 * A frame of LZ4 with its length and one block, as every value below 64 KB has.
 *
 *     frame := magic flags descriptor length64 checksum8 size32 block 0x00000000 [checksum32]     the highest bit of size: the block is as it stands
 *
 * Source: lz4 `doc/lz4_Frame_format.md`.
 */
function unpackFrame(bytes: Buffer, isTruncated: boolean): Unpacked {
  const flags = bytes[4] ?? 0
  if ((flags & 0xc0) !== 0x40 || (flags & 9) !== 8) return { reason: 'is compressed by LZ4 without its length' }
  if (bytes.length < 19) return { reason: 'is compressed by LZ4, but broken' }
  const declared = Number(bytes.readBigUInt64LE(6))
  const size = bytes.readUInt32LE(15)
  const length = size % 2 ** 31
  const block = bytes.subarray(19, 19 + length)
  const isWhole = block.length === length
  if (!isWhole && !isTruncated) return { reason: 'is compressed by LZ4, but broken' }
  const next = 19 + length + (flags & 16 ? 4 : 0)
  if (isWhole && !isTruncated && (bytes.length < next + 4 || bytes.readUInt32LE(next) !== 0)) {
    return { reason: 'is compressed by LZ4 in several blocks' }
  }
  if (size >= 2 ** 31)
    return declared === length || isTruncated
      ? { bytes: block, isCut: isTruncated }
      : { reason: 'is compressed by LZ4, but broken' }
  return unpackLz4(block, declared, isTruncated)
}
