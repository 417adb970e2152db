import { maxInflatedBytes } from './limits'

/** `isCut`: only the beginning came out. `reason` ends a sentence that begins with "It". */
export type Unpacked = { bytes: Buffer; isCut: boolean } | { reason: string }

export const tooLarge = 'is compressed and grows beyond what is read'
export const broken = (name: string) => `is compressed by ${name}, but broken`

/**
 * A raw block of liblzf, which has neither header nor length. Gives at most `most` bytes.
 *
 *     block   := item*
 *     item    := 000nnnnn byte{n+1}                       as they stand
 *              | lllooooo oooooooo                        l+2 bytes from o+1 back, l of 1 to 6
 *              | 111ooooo length oooooooo                 length+9 bytes from o+1 back
 *
 * Source: liblzf 3.6 `lzf_d.c`.
 */
export function unpackLzf(bytes: Buffer, isTruncated: boolean, most = maxInflatedBytes): Unpacked {
  const out = growing(most)
  let at = 0
  while (at < bytes.length) {
    const control = bytes[at++] ?? 0
    if (control < 32) {
      const end = at + control + 1
      if (end > bytes.length) return out.ended('LZF', isTruncated)
      if (!out.copyIn(bytes, at, end)) return out.full()
      at = end
    } else {
      const isLong = control >> 5 === 7
      if (at + (isLong ? 2 : 1) > bytes.length) return out.ended('LZF', isTruncated)
      const length = isLong ? (bytes[at++] ?? 0) + 9 : (control >> 5) + 2
      const back = ((control & 31) << 8) + (bytes[at++] ?? 0) + 1
      if (back > out.length()) return { reason: broken('LZF') }
      if (!out.copyBack(back, length)) return out.full()
    }
  }
  return { bytes: out.taken(), isCut: isTruncated }
}

/**
 * A raw block of LZ4, whose unpacked length stands before it and is `declared`.
 *
 *     block    := sequence*
 *     sequence := token literal-length* byte{literals} [offset16 match-length*]     token: 4 bits of each length, 15: go on with bytes until one is not 255
 *
 * Source: lz4 `doc/lz4_Block_format.md`.
 */
export function unpackLz4(bytes: Buffer, declared: number, isTruncated: boolean, most = maxInflatedBytes): Unpacked {
  if (declared > maxInflatedBytes || declared < 0) return { reason: tooLarge }
  const out = growing(Math.min(declared, most))
  let at = 0
  const lengthFrom = (nibble: number) => {
    let length = nibble
    if (nibble === 15) {
      let byte = 255
      while (byte === 255 && at < bytes.length) {
        byte = bytes[at++] ?? 0
        length += byte
      }
    }
    return length
  }
  while (at < bytes.length) {
    const token = bytes[at++] ?? 0
    const literals = lengthFrom(token >> 4)
    if (at + literals > bytes.length) return out.ended('LZ4', isTruncated)
    if (!out.copyIn(bytes, at, at + literals)) return most < declared ? out.full() : { reason: broken('LZ4') }
    at += literals
    if (at >= bytes.length) break
    if (at + 2 > bytes.length) return out.ended('LZ4', isTruncated)
    const back = bytes.readUInt16LE(at)
    at += 2
    const length = lengthFrom(token & 15) + 4
    if (back === 0 || back > out.length()) return { reason: broken('LZ4') }
    if (!out.copyBack(back, length)) return most < declared ? out.full() : { reason: broken('LZ4') }
  }
  if (!isTruncated && most >= declared && out.length() !== declared) return { reason: broken('LZ4') }
  return { bytes: out.taken(), isCut: isTruncated }
}

/**
 * A raw block of Snappy: its unpacked length in seven bits a byte, then
 *
 *     item := llllll00 byte{l+1} | (60..63)00 length{1..4} byte{length+1}    as they stand
 *           | ooollL01 offset8                                               l+4 bytes from o back, of 11 bits
 *           | llllll10 offset16 | llllll11 offset32                          l+1 bytes from there back
 *
 * Source: snappy `format_description.txt`.
 */
export function unpackSnappy(bytes: Buffer, isTruncated: boolean): Unpacked {
  let at = 0
  let declared = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]
    if (byte === undefined || shift > 28) return { reason: broken('Snappy') }
    declared += (byte & 127) * 2 ** shift
    if (byte < 128) break
  }
  if (declared > maxInflatedBytes) return { reason: tooLarge }
  const out = growing(declared)
  while (at < bytes.length) {
    const tag = bytes[at++] ?? 0
    const extra = tag & 3 ? [0, 1, 2, 4][tag & 3] : Math.max(0, (tag >> 2) - 59)
    if (extra === undefined || at + extra > bytes.length) return out.ended('Snappy', isTruncated)
    const number = extra === 0 ? 0 : bytes.readUIntLE(at, extra)
    at += extra
    if ((tag & 3) === 0) {
      const end = at + (extra === 0 ? tag >> 2 : number) + 1
      if (end > bytes.length) return out.ended('Snappy', isTruncated)
      if (!out.copyIn(bytes, at, end)) return { reason: broken('Snappy') }
      at = end
    } else {
      const isNear = (tag & 3) === 1
      const back = isNear ? ((tag >> 5) << 8) + number : number
      const length = isNear ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
      if (back === 0 || back > out.length() || !out.copyBack(back, length)) return { reason: broken('Snappy') }
    }
  }
  if (!isTruncated && out.length() !== declared) return { reason: broken('Snappy') }
  return { bytes: out.taken(), isCut: isTruncated }
}

/** Bytes that grow up to `most`, by doubling: a length that lies reserves nothing. */
function growing(most: number) {
  let out = Buffer.allocUnsafe(Math.min(most, 4_096))
  let length = 0
  const makeRoom = (more: number) => {
    if (length + more > most) return false
    if (length + more > out.length) {
      const larger = Buffer.allocUnsafe(Math.min(most, Math.max(out.length * 2, length + more)))
      out.copy(larger, 0, 0, length)
      out = larger
    }
    return true
  }
  const taken = () => out.subarray(0, length)
  return {
    length: () => length,
    taken,
    /** False: there is no room for it. */
    copyIn(from: Buffer, start: number, end: number): boolean {
      if (!makeRoom(end - start)) return false
      length += from.copy(out, length, start, end)
      return true
    },
    copyBack(back: number, count: number): boolean {
      if (!makeRoom(count)) return false
      const from = length - back
      const end = length + count
      // It may read what it has just written: each step doubles what there is to copy.
      for (; length < end; length += Math.min(length - from, end - length)) {
        out.copyWithin(length, from, from + Math.min(length - from, end - length))
      }
      return true
    },
    full: (): Unpacked => (most < maxInflatedBytes ? { bytes: taken(), isCut: true } : { reason: tooLarge }),
    ended: (name: string, isTruncated: boolean): Unpacked =>
      isTruncated || most < maxInflatedBytes ? { bytes: taken(), isCut: true } : { reason: broken(name) },
  }
}
