import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import type { FactorOffer } from '@/lib/contract/account'
import { KnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import type { Handles } from '@/lib/session/handle'
import { generateCode } from './first-admin'
import { createHeldHash } from './held-hash'
import { otpauthUri, stepMs, stepOf, toBase32 } from './totp'

const factorsKey = 'rollcall:factors'
const recoveryKey = 'rollcall:factors:recovery'
const usedPrefix = 'rollcall:factor-used:'
const recoveryCodes = 10
/** Eighty bits: nobody tries their digests through. */
const recoveryLength = 16
const enrolWithinMs = 10 * 60_000
/** A step can be met in three of its own lengths. */
const usedMs = 4 * stepMs

/** `secret` is sealed for its owner. `factor` is made up anew with each enrolment: what belonged to an earlier one opens nothing. */
const KeptFactor = z.object({ factor: z.string(), secret: z.string(), since: z.number() })
type KeptFactor = z.infer<typeof KeptFactor>

const Enrolment = z.object({ secret: z.string(), until: z.number() })

/**
 * Second factors: the codes of an authenticator, by user name, in a hash of the home, and beside them the digests of recovery codes. Every code opens once, whichever replica it is given to.
 * Without the secret of the deployment no authenticator's code opens any more; recovery codes do.
 */
export type Factors = {
  /** Looks again where something may have changed, for `has`. Throws and costs as `HeldHash.read` does. */
  read(): Promise<void>
  /** The same as Redis has it at this moment. Cost: one HGETALL. */
  readNow(): Promise<void>
  /** Whether they have one, as last read. */
  has(username: string): boolean
  /** Since when, and how many recovery codes are left; null where there is none. Costs Redis nothing as a rule. */
  describe(username: string): Promise<{ since: number; recoveryCodesLeft: number } | null>
  /** A new secret, which holds from `confirm` on and is kept by nobody until then. No I/O. */
  offer(username: string, issuer: string): FactorOffer
  /** Switches it on, for a code of the offered secret, and tells the recovery codes. Throws `invalid`, `conflict` where there is one already. */
  confirm(username: string, enrolment: string, code: string): Promise<string[]>
  /** Takes one code, which then is used up; false for a wrong or used one. Cost: one SET, or for a recovery code one HDEL. */
  take(username: string, code: string): Promise<boolean>
  /** Whether there was one. Cost: two HDEL. */
  remove(username: string): Promise<boolean>
  start(): void
  close(): void
}

type FactorsOptions = { home: Connection; sealer(): Pick<Handles, 'sealSecret' | 'openSecret'> }

export function createFactors({ home, sealer }: FactorsOptions): Factors {
  const parse = (value: unknown) => KeptFactor.safeParse(value).data ?? null
  const factors = createHeldHash<KeptFactor>({ home, key: factorsKey, parse })
  const recovery = createHeldHash({ home, key: recoveryKey, parse: (value) => (value === true ? value : null) })
  let known: ReadonlyMap<string, KeptFactor> = new Map()

  async function read(): Promise<void> {
    known = (await factors.read()).values
  }

  async function takeStep(username: string, { factor, secret }: KeptFactor, code: string): Promise<boolean> {
    const opened = sealer().openSecret(secret, username)
    const step = opened === null ? null : stepOf(Buffer.from(opened, 'base64url'), code, home.now())
    if (step === null) return false
    return (await home.client.set(`${usedPrefix}${factor}:${step}`, '1', 'PX', usedMs, 'NX')) !== null
  }

  /** The recovery codes of one enrolment, as the names of their fields. */
  async function recoveryOf(factor: string): Promise<string[]> {
    return [...(await recovery.readTrue()).keys()].filter((field) => field.startsWith(`${factor}:`))
  }

  return {
    read,
    async readNow() {
      known = (await factors.readNow()).values
    },
    has: (username) => known.has(username),

    async describe(username) {
      const kept = (await factors.readTrue()).get(username)
      return kept === undefined
        ? null
        : { since: kept.since, recoveryCodesLeft: (await recoveryOf(kept.factor)).length }
    },

    offer(username, issuer) {
      const secret = randomBytes(20)
      const enrolment: z.infer<typeof Enrolment> = {
        secret: secret.toString('base64url'),
        until: home.now() + enrolWithinMs,
      }
      return {
        secret: toBase32(secret),
        uri: otpauthUri({ secret, issuer, account: username }),
        enrolment: sealer().sealSecret(JSON.stringify(enrolment), enrolmentOf(username)),
      }
    },

    async confirm(username, enrolment, code) {
      const opened = sealer().openSecret(enrolment, enrolmentOf(username))
      const offered = opened === null ? null : Enrolment.parse(JSON.parse(opened))
      if (offered === null || offered.until <= home.now()) {
        throw new KnownError('conflict', 'That took too long. Begin again with a new secret.')
      }
      const secret = Buffer.from(offered.secret, 'base64url')
      const step = stepOf(secret, plainOf(code), home.now())
      if (step === null)
        throw wrongCode('That is not the code of this secret. Is the clock of the authenticator right?')
      const factor = randomBytes(9).toString('base64url')
      const codes = Array.from({ length: recoveryCodes }, () => generateCode(recoveryLength))
      const fields = codes.map((one) => recoveryField(factor, one))
      await home.client.set(`${usedPrefix}${factor}:${step}`, '1', 'PX', usedMs, 'NX')
      await Promise.all(fields.map((field) => recovery.put(field, true)))
      const sealed = sealer().sealSecret(offered.secret, username)
      if (!(await factors.add(username, { factor, secret: sealed, since: home.now() }))) {
        await recovery.remove(fields)
        throw new KnownError('conflict', 'There is a second factor already. Switch it off first.')
      }
      await read()
      return codes
    },

    async take(username, code) {
      const kept = (await factors.readTrue()).get(username)
      if (kept === undefined) return false
      const plain = plainOf(code)
      if (/^\d{6}$/.test(plain)) return takeStep(username, kept, plain)
      return (await recovery.remove([recoveryField(kept.factor, plain)])) > 0
    },

    async remove(username) {
      const kept = (await factors.readTrue()).get(username)
      if (kept === undefined) return false
      const removed = await factors.remove([username])
      await recovery.remove(await recoveryOf(kept.factor))
      await read()
      return removed > 0
    },

    start() {
      factors.start()
      recovery.start()
    },
    close() {
      factors.close()
      recovery.close()
    },
  }
}

const enrolmentOf = (username: string) => `enrolment of ${username}`

/** As it was told, whatever was typed between and in whichever case. */
const plainOf = (code: string) => code.replace(/[\s-]+/g, '').toLowerCase()

function recoveryField(factor: string, code: string): string {
  return `${factor}:${createHash('sha256')
    .update(`${factor}:${plainOf(code)}`)
    .digest('base64url')}`
}

export function wrongCode(detail = 'The code is wrong or was used before.'): KnownError {
  return new KnownError('invalid', detail, { faults: [{ pointer: '/code', detail: 'is wrong or was used before' }] })
}
