import { codeOf, stepMs } from '@/lib/admin/totp'

/** The code that an authenticator shows for a secret, as the page tells it; `steps` half minutes later. */
export function readAuthenticator(secret: string, now = Date.now(), steps = 0): string {
  return codeOf(fromBase32(secret.replace(/\s/g, '')), Math.floor(now / stepMs) + steps)
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
