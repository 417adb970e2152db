import { isUtf8 } from 'node:buffer'
import * as zlib from 'node:zlib'
import type { Encoding } from '@/lib/session/custom-format'
import type { StoredValue } from '@/lib/session/raw'
import { branch } from '@/lib/session/tree'
import { readIgbinary } from './igbinary'
import { readJava } from './java'
import { readJson } from './json'
import { replaceInJson } from './json-text'
import { maxInflatedBytes, maxNodes } from './limits'
import { readPhpMsgpack } from './php-msgpack'
import { readPhpSession } from './php-session'
import { nameOf, textOrBytes } from './php-tree'
import { type Unpacked, unpackSnappy } from './php-unpack'
import { readPhpValue } from './php-value'
import { isZstd, unpackZstd } from './php-zstd'
import { readPickle } from './pickle'

/** `isCut`: `tree` is what stood in the head. `reason` ends a sentence that begins with "It". */
export type ChainRead = { tree: unknown; isCut: boolean } | { reason: string }

/** `pack` absent: such bytes are read and never written. */
type BytesStep = { unpack(bytes: Buffer, isTruncated: boolean): Unpacked; pack?(bytes: Buffer): Buffer }
type TreeStep = (bytes: Buffer, isTruncated: boolean) => ChainRead

const bytesSteps: Partial<Record<Encoding, BytesStep>> = {
  base64: { unpack: unpackBase64, pack: (bytes) => Buffer.from(bytes.toString('base64')) },
  hex: { unpack: unpackHex, pack: (bytes) => Buffer.from(bytes.toString('hex')) },
  gzip: { unpack: inflating('gzip', zlib.gunzipSync), pack: (bytes) => zlib.gzipSync(bytes) },
  zlib: { unpack: inflating('zlib', zlib.inflateSync), pack: (bytes) => zlib.deflateSync(bytes) },
  deflate: { unpack: inflating('deflate', zlib.inflateRawSync), pack: (bytes) => zlib.deflateRawSync(bytes) },
  brotli: { unpack: unpackBrotli, pack: (bytes) => zlib.brotliCompressSync(bytes) },
  zstd: {
    unpack: (bytes, isTruncated) =>
      isZstd(bytes) ? unpackZstd(bytes, isTruncated) : { reason: 'is not compressed by zstd' },
  },
  snappy: { unpack: unpackSnappy },
}

const treeSteps: Partial<Record<Encoding, TreeStep>> = {
  json: readJsonText,
  msgpack: readPhpMsgpack,
  php: readPhpValue,
  'php-session': readPhpSession,
  igbinary: readIgbinary,
  pickle: readPickle,
  java(bytes, isTruncated) {
    if (isTruncated) return { reason: 'is longer than what is read, and Java is read whole' }
    const read = readJava(bytes)
    return 'reason' in read ? read : { ...read, isCut: false }
  },
}

/** Reads a value by its encodings, from the outside in. Bounded by `limits.ts`; never throws. */
export function readChain(value: StoredValue, chain: readonly Encoding[]): ChainRead {
  const [first, ...rest] = chain
  if (value.type === 'string') {
    return first === 'hash' ? { reason: 'is a string, not a hash' } : readBytes(value.bytes, value.isTruncated, chain)
  }
  if (first !== 'hash') return { reason: 'is a hash, not a string' }
  const tree = branch()
  const fields = value.fields.slice(0, maxNodes)
  for (const [name, bytes] of fields) {
    const read = rest.length === 0 ? null : readBytes(bytes, value.isTruncated, rest)
    // A field that is written otherwise, such as a bare number beside JSON, is what it is.
    tree[nameOf(name)] = read === null || 'reason' in read ? textOrBytes(bytes) : read.tree
  }
  return { tree, isCut: value.isTruncated || fields.length < value.fields.length }
}

function readBytes(bytes: Buffer, isTruncated: boolean, chain: readonly Encoding[]): ChainRead {
  const [first, ...rest] = chain
  if (first === undefined) return { reason: 'is bytes' }
  const step = bytesSteps[first]
  if (step !== undefined) {
    const unpacked = step.unpack(bytes, isTruncated)
    return 'reason' in unpacked ? unpacked : readBytes(unpacked.bytes, unpacked.isCut, rest)
  }
  const read = treeSteps[first]?.(bytes, isTruncated) ?? { reason: 'is written in a way that is not read' }
  if ('reason' in read || rest.length === 0) return read
  if (typeof read.tree !== 'string') return { reason: `is ${first} without a text in it` }
  return readBytes(Buffer.from(read.tree), read.isCut, rest)
}

/** The bytes with another scalar at this path, all else as it was; null where they cannot be written again, or nothing stands there. */
export function rewriteBytes(bytes: Buffer, chain: readonly Encoding[], path: string[], json: string): Buffer | null {
  const [first, ...rest] = chain
  if (first === 'json' && rest.length === 0) {
    const read = readJsonText(bytes, false)
    if ('reason' in read || read.isCut) return null
    const text = replaceInJson(bytes.toString('utf8'), path, json)
    return text === null ? null : Buffer.from(text)
  }
  const step = first === undefined ? undefined : bytesSteps[first]
  if (step?.pack === undefined) return null
  const unpacked = step.unpack(bytes, false)
  if ('reason' in unpacked || unpacked.isCut) return null
  const rewritten = rewriteBytes(unpacked.bytes, rest, path, json)
  return rewritten === null ? null : step.pack(rewritten)
}

function readJsonText(bytes: Buffer, isTruncated: boolean): ChainRead {
  if (!isTruncated && !isUtf8(bytes)) return { reason: 'is not UTF-8 text' }
  return readJson(bytes.toString('utf8'), isTruncated)
}

type Inflate = (bytes: Buffer, options: zlib.ZlibOptions) => Buffer

function inflating(name: string, inflate: Inflate) {
  return (bytes: Buffer, isTruncated: boolean): Unpacked => {
    const finishFlush = isTruncated ? zlib.constants.Z_SYNC_FLUSH : zlib.constants.Z_FINISH
    return attempt(name, isTruncated, () => inflate(bytes, { maxOutputLength: maxInflatedBytes, finishFlush }))
  }
}

function unpackBrotli(bytes: Buffer, isTruncated: boolean): Unpacked {
  const { BROTLI_OPERATION_FLUSH, BROTLI_OPERATION_FINISH } = zlib.constants
  const finishFlush = isTruncated ? BROTLI_OPERATION_FLUSH : BROTLI_OPERATION_FINISH
  return attempt('brotli', isTruncated, () =>
    zlib.brotliDecompressSync(bytes, { maxOutputLength: maxInflatedBytes, finishFlush }),
  )
}

function attempt(name: string, isCut: boolean, inflate: () => Buffer): Unpacked {
  try {
    return { bytes: inflate(), isCut }
  } catch (error) {
    const isLarge =
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    return { reason: isLarge ? `is ${name} that grows beyond what is read` : `is not ${name}` }
  }
}

function unpackBase64(bytes: Buffer, isTruncated: boolean): Unpacked {
  const text = bytes.toString('latin1').trim()
  if (!/^[\w+/-]*={0,2}$/.test(text)) return { reason: 'is not base64' }
  return { bytes: Buffer.from(isTruncated ? text.slice(0, text.length & ~3) : text, 'base64'), isCut: isTruncated }
}

function unpackHex(bytes: Buffer, isTruncated: boolean): Unpacked {
  const text = bytes.toString('latin1').trim()
  if (!/^[\da-f]*$/i.test(text) || (text.length % 2 === 1 && !isTruncated)) return { reason: 'is not hexadecimal' }
  return { bytes: Buffer.from(text, 'hex'), isCut: isTruncated }
}
