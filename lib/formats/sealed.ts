import { keyTextOf, type RawSession } from '@/lib/session/raw'
import type { SessionFormat } from './format'

/** A nonce of twelve bytes and a tag of sixteen, as AES-GCM has them. */
const fewestBytes = 28
const headBytes = 128

/** Bytes as even as chance makes them: half of them beyond ASCII, few of them twice. Looks at the first 128 alone; so do compressed ones, which only their key tells apart. */
function looksSealed(bytes: Buffer): boolean {
  if (bytes.length < fewestBytes) return false
  const head = bytes.subarray(0, headBytes)
  const high = head.reduce((count, byte) => count + (byte >> 7), 0) / head.length
  return high > 0.2 && high < 0.8 && new Set(head).size > head.length * 0.55
}

/** A format whose values nobody but the application can open: known by the key and by bytes that look like chance. Its TTL, its size and its end are all there is. */
export function createSealedFormat(
  own: Pick<SessionFormat, 'id' | 'label' | 'usualKeys' | 'companionKeys' | 'end' | 'notReached'> & {
    /** Matched against whole keys, as latin1. */
    keys: RegExp
    /** A whole sentence that begins with "It". */
    unreadable: string
  },
): SessionFormat {
  const { keys, unreadable, ...format } = own
  const isSealed = ({ value }: RawSession) => value.type === 'string' && looksSealed(value.bytes)
  return {
    ...format,
    recognises: (raw) => keys.test(keyTextOf(raw)) && isSealed(raw),
    decode: (raw) => ({ unreadable: isSealed(raw) ? unreadable : `It is not encrypted as that of ${own.label} is.` }),
    secretNames: [],
  }
}
