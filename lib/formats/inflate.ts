import { constants, type inflateSync } from 'node:zlib'
import { maxInflatedBytes } from './limits'
import { broken, tooLarge, type Unpacked } from './php-unpack'

/** By `inflateSync` or its like, to `limits.ts` at most; of a truncated value what its beginning gives. `name`: how a reason calls it. Never throws. */
export function inflate(unpack: typeof inflateSync, bytes: Buffer, isTruncated: boolean, name: string): Unpacked {
  try {
    const finishFlush = isTruncated ? constants.Z_SYNC_FLUSH : constants.Z_FINISH
    return { bytes: unpack(bytes, { maxOutputLength: maxInflatedBytes, finishFlush }), isCut: isTruncated }
  } catch (error) {
    return { reason: error instanceof RangeError ? tooLarge : broken(name) }
  }
}
