import { createHmac, timingSafeEqual } from 'node:crypto'

export const stepMs = 30_000
const figures = 6
/** Base32 of RFC 4648, as authenticators expect a secret. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The code of one step (RFC 6238: SHA-1, six figures, thirty seconds). Pure. */
export function codeOf(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const at = digest.readUInt8(digest.length - 1) & 15
  return String((digest.readUInt32BE(at) & 0x7fff_ffff) % 10 ** figures).padStart(figures, '0')
}

/** Which step this is the code of: the present one, or the one before or after it, for clocks that differ. Null for none of them. Pure. */
export function stepOf(secret: Buffer, code: string, now: number): number | null {
  const present = Math.floor(now / stepMs)
  const given = Buffer.from(code)
  // All three are compared, each in constant time.
  const found = [present - 1, present, present + 1].filter((step) => {
    const right = Buffer.from(codeOf(secret, step))
    return right.length === given.length && timingSafeEqual(right, given)
  })
  return found[0] ?? null
}

/** A secret as text, for those who type it. Pure. */
export function toBase32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += letters.charAt((value >>> (bits - 5)) & 31)
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + letters.charAt((value << (5 - bits)) & 31)
}

/** What the QR code says. `issuer` and `account` are what the authenticator shows. Pure. */
export function otpauthUri({ secret, issuer, account }: { secret: Buffer; issuer: string; account: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${encodeURIComponent(issuer)}`
}
