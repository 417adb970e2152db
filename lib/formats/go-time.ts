/** Between the first day of the year 1 and that of 1970. */
const secondsBefore1970 = 62_135_596_800

/**
 * A `time.Time` in bytes: a version, seconds since the year 1, nanoseconds, and minutes of the zone (version 2: seconds of it, too); as epoch milliseconds, null for what is none.
 * Source: Go `src/time/time.go`, `MarshalBinary`.
 */
export function readGoTime(bytes: Buffer): number | null {
  const isKnown = (bytes[0] === 1 && bytes.length === 15) || (bytes[0] === 2 && bytes.length === 16)
  if (!isKnown) return null
  const at = (Number(bytes.readBigInt64BE(1)) - secondsBefore1970) * 1000 + Math.floor(bytes.readInt32BE(9) / 1e6)
  return Number.isNaN(new Date(at).getTime()) ? null : at
}

/** A copy of `bytes` whose time at `offset` is another, in the same zone and length. */
export function withGoTime(bytes: Buffer, offset: number, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeBigInt64BE(BigInt(Math.floor(at / 1000) + secondsBefore1970), offset + 1)
  copy.writeInt32BE((at % 1000) * 1e6, offset + 9)
  return copy
}
