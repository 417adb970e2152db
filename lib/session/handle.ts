import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { aessiv } from '@noble/ciphers/aes.js'

/** Turns keys and persons into names that anybody may see, and back. */
export type Handles = {
  /** The handle of a key of a source. The same key has the same handle for as long as the secret stands. Cost: some microseconds, no I/O. */
  seal(source: string, key: Buffer): string
  /** What a handle stands for, or null for any text that `seal` did not make with this secret. Never throws; longer text than 16 KiB is not even looked at. */
  open(handle: string): { source: string; key: Buffer } | null
  /** The handle of a person, for links: whose it is cannot be read from it. Stable and priced like a key's, and never equal to one. */
  sealPerson(principal: string): string
  /** Sixteen bytes that stand for a text or bytes, the same for as long as the secret stands; nobody without it can tell of what they are. */
  digest(content: Buffer | string): string
  /** Whose handle this is, or null for any text that `sealPerson` did not make with this secret. Never throws. */
  openPerson(handle: string): string | null
  /** Encrypts many at once, for the home to keep: another text each time, and a thousand keys cost less than one handle does. */
  sealBlock(block: Buffer): Buffer
  /** The block, or null for any bytes that `sealBlock` did not make with this secret. Never throws. */
  openBlock(sealed: Buffer): Buffer | null
  /** Encrypts what belongs to one owner, under a key of its own; another text each time. */
  sealSecret(secret: string, owner: string): string
  /** The secret, or null for any text that `sealSecret` did not make for this owner with this secret. Never throws. */
  openSecret(sealed: string, owner: string): string | null
}

const longestHandle = 16_384
const sealBytes = 16
const nonceBytes = 12
const tagBytes = 16
/** Where a source's name stands in a key's handle, a person's has none: no source is named so. */
const noSource = ''

/**
 * AES-SIV over the source and the key: deterministic, so every replica with the secret makes and resolves the same handles without a table, and authenticated, so a
 * handle can be neither guessed nor altered. The key that encrypts is derived from the secret, which may be of any length.
 */
export function createHandles(secret: Buffer): Handles {
  if (secret.length === 0) throw new RangeError('The secret of the handles is empty')
  const digestKey = Buffer.from(hkdfSync('sha256', secret, '', 'rollcall digest 1', 32))
  const sivKey = new Uint8Array(hkdfSync('sha256', secret, '', 'rollcall session handle 1', 64))
  // Random nonces are safe for 2^32 blocks under one key; a job is at most 200 of them.
  const blockKey = new Uint8Array(hkdfSync('sha256', secret, '', 'rollcall job block 1', 32))
  const ownKey = new Uint8Array(hkdfSync('sha256', secret, '', 'rollcall owned secret 1', 32))

  function seal(source: string, key: Buffer): string {
    return Buffer.from(aessiv(sivKey).encrypt(frame(source, key))).toString('base64url')
  }

  function open(handle: string): { source: string; key: Buffer } | null {
    if (typeof handle !== 'string' || handle.length > longestHandle) return null
    const bytes = Buffer.from(handle, 'base64url')
    // Node skips what is no base64url: only the one spelling that `seal` gives is a handle.
    if (bytes.length <= sealBytes || bytes.toString('base64url') !== handle) return null
    try {
      return unframe(Buffer.from(aessiv(sivKey).decrypt(bytes)))
    } catch {
      // Not made with this secret: the one failure that AES-SIV has here.
      return null
    }
  }

  return {
    seal,
    open,
    digest: (content) => createHmac('sha256', digestKey).update(content).digest().toString('base64url', 0, 16),
    // UTF-16 keeps every text that JSON can hold, half surrogates too.
    sealPerson: (principal) => seal(noSource, Buffer.from(principal, 'utf16le')),
    openPerson(handle) {
      const opened = open(handle)
      return opened?.source === noSource ? opened.key.toString('utf16le') : null
    },
    sealBlock: (block) => encrypt(blockKey, block),
    openBlock: (sealed) => decrypt(blockKey, sealed),
    sealSecret: (text, owner) => encrypt(ownKey, Buffer.from(text), owner).toString('base64url'),
    openSecret: (sealed, owner) => decrypt(ownKey, Buffer.from(sealed, 'base64url'), owner)?.toString() ?? null,
  }
}

/** AES-256-GCM under a new nonce. `owner` is not in the bytes, and without it they do not open. */
function encrypt(key: Uint8Array, block: Buffer, owner = ''): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner))
  return Buffer.concat([nonce, cipher.update(block), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, sealed: Buffer, owner = ''): Buffer | null {
  if (sealed.length < nonceBytes + tagBytes) return null
  try {
    const nonce = sealed.subarray(0, nonceBytes)
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    cipher.setAAD(Buffer.from(owner)).setAuthTag(sealed.subarray(-tagBytes))
    return Buffer.concat([cipher.update(sealed.subarray(nonceBytes, -tagBytes)), cipher.final()])
  } catch {
    // Not made with this secret, or altered: the one failure that AES-GCM has here.
    return null
  }
}

/** The source's length stands in front, so that no source and key run together into another pair. */
function frame(source: string, key: Buffer): Buffer {
  const name = Buffer.from(source, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(name.length)
  return Buffer.concat([length, name, key])
}

function unframe(bytes: Buffer): { source: string; key: Buffer } {
  const keyStart = 4 + bytes.readUInt32BE(0)
  return { source: bytes.toString('utf8', 4, keyStart), key: bytes.subarray(keyStart) }
}
