import { decompress } from 'fzstd'
import { maxInflatedBytes } from './limits'
import { broken, tooLarge, type Unpacked } from './php-unpack'

/** One frame of zstd that says how long it will be: every framework's does, and what lies is refused. A cut one is not read, for its blocks are not whole. Source: RFC 8878. */
export function unpackZstd(bytes: Buffer, isTruncated: boolean): Unpacked {
  if (isTruncated) return { reason: 'is compressed by zstd, and longer than what is read' }
  if (lastZstd?.bytes !== bytes) lastZstd = { bytes, unpacked: unpackFrame(bytes) }
  return lastZstd.unpacked
}

/** To recognise a value and to read it is the same work, for a frame has no readable beginning. */
let lastZstd: { bytes: Buffer; unpacked: Unpacked } | null = null

function unpackFrame(bytes: Buffer): Unpacked {
  const header = zstdHeader(bytes)
  if (header === null) return { reason: 'is compressed by zstd without its length' }
  const { declared, blocksAt } = header
  if (declared > maxInflatedBytes) return { reason: tooLarge }
  if (!isOneFrame(bytes, blocksAt, 8 + declared / 16_384)) return { reason: broken('zstd') }
  try {
    // It makes a buffer of that very size, and nothing grows beyond it; for nought, which it takes for none, it must be given one. A given one it would compare with a number, as a text.
    const out = decompress(bytes, declared === 0 ? new Uint8Array(0) : undefined)
    return { bytes: Buffer.from(out.buffer, out.byteOffset, out.length), isCut: false }
  } catch {
    // Broken or not what it says: there is nothing more to know.
    return { reason: broken('zstd') }
  }
}

/** Whether it begins as a zstd frame does. */
export function isZstd(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes.readUInt32LE(0) === 0xfd2fb528
}

/** The content size in a frame's header, and where its blocks begin; null: it tells no size. */
function zstdHeader(bytes: Buffer): { declared: number; blocksAt: number } | null {
  const flags = bytes[4] ?? 0
  const isSingle = (flags & 0x20) !== 0
  const at = 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0)
  const size = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0
  if (size === 0 || at + size > bytes.length) return null
  if (size === 8) return { declared: Number(bytes.readBigUInt64LE(at)), blocksAt: at + size }
  return { declared: bytes.readUIntLE(at, size) + (size === 2 ? 256 : 0), blocksAt: at + size }
}

/** Whether the blocks, and no more of them than `most`, end with the bytes: each may unpack to 128 KiB, so that many small ones would be a bomb of time. */
function isOneFrame(bytes: Buffer, blocksAt: number, most: number): boolean {
  let at = blocksAt
  for (let count = 0; count < most && at + 3 <= bytes.length; count++) {
    const header = bytes.readUIntLE(at, 3)
    const isRepeat = ((header >> 1) & 3) === 1
    at += 3 + (isRepeat ? 1 : header >> 3)
    if (header & 1) return bytes.length - at === (((bytes[4] ?? 0) & 4) === 0 ? 0 : 4)
  }
  return false
}
