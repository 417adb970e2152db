import { randomInt } from 'node:crypto'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import type { Passwords } from './password'

export const firstAdminName = 'admin'

const key = 'rollcall:admin'
const retryMs = 1000
/** Without letters and figures that look alike. 20 of them are 100 bits. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'

/** What the first admin's password is checked against, and what changes when the password does: `proof` never leaves the process. */
export type Credential = { hash: string; proof: string }

/**
 * The password of `admin`: the one from the settings, which always wins, or one made at the first contact with the home. Of that only the hash is kept, at home,
 * so that all replicas and all later starts agree; the password itself is announced once, by the replica that made it.
 */
export type FirstAdmin = {
  /** As last known; null until the home first answered. Costs nothing. */
  find(): Credential | null
  /** As it is now. Throws what the client throws while the home is away. Cost: one GET where the password is a generated one. */
  read(): Promise<Credential>
  /** False where the settings have the password: it is changed there. */
  canChange(): boolean
  /** Replaces the hash of a generated password, by a costlier one of the same password or by that of one of their own choice. Cost: one SET. */
  replaceHash(hash: string): Promise<void>
  start(): void
  close(): void
}

type FirstAdminOptions = {
  home: Connection
  /** The password from the settings, or null. */
  password: string | null
  passwords: Passwords
  announce(text: string): void
  log: Log
}

export function createFirstAdmin({ home, password, passwords, announce, log }: FirstAdminOptions): FirstAdmin {
  let known: Credential | null = null
  let reading: Promise<Credential> | null = null
  let timer: NodeJS.Timeout | undefined
  const stops: (() => void)[] = []

  async function readKept(): Promise<Credential> {
    const kept = (await home.client.get(key)) ?? (await make()) ?? (await home.client.get(key))
    if (kept === null) throw new Error('The first admin was removed from the home while it was read')
    return { hash: kept, proof: kept }
  }

  /** The new hash, or null when another replica was first. */
  async function make(): Promise<string | null> {
    const made = generatePassword()
    const hash = await passwords.hash(made)
    if ((await home.client.set(key, hash, 'NX')) === null) return null
    announce(
      `\n  Sign in as   ${firstAdminName}\n  Password     ${made}\n\n  It is shown this once. To choose your own, set ROLLCALL_ADMIN_PASSWORD.\n\n`,
    )
    return hash
  }

  async function read(): Promise<Credential> {
    if (password !== null && known !== null) return known
    const work = password === null ? readKept : async () => ({ hash: await passwords.hash(password), proof: password })
    reading ??= work().finally(() => {
      reading = null
    })
    known = await reading
    return known
  }

  async function readInBackground() {
    clearTimeout(timer)
    if (password === null && home.health().state !== 'up') return
    try {
      await read()
    } catch (error) {
      // The home may come and go; whoever signs in meanwhile reads for themselves.
      log.warn('first-admin.unread', { error })
      timer = setTimeout(() => void readInBackground(), retryMs).unref()
    }
  }

  return {
    find: () => known,
    read,
    canChange: () => password === null,
    async replaceHash(hash) {
      if (password !== null) return
      await home.client.set(key, hash, 'XX')
      known = { hash, proof: hash }
    },
    start() {
      stops.push(home.onHealth(() => void readInBackground()))
      if (password === null) stops.push(home.watch([key], () => void readInBackground()))
      void readInBackground()
    },
    close() {
      clearTimeout(timer)
      for (const stop of stops.splice(0)) stop()
    },
  }
}

/** A hundred random bits that can be read out and typed: `abcd-ef23-…`. */
export const generatePassword = () => generateCode(20)

/** So many random letters and figures, five bits each, in groups of four. */
export function generateCode(length: number): string {
  const letters = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length)))
  return letters.join('').replace(/.{4}(?!$)/g, '$&-')
}
