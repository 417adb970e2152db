import * as z from 'zod/mini'
import { ConsoleSessionRow } from './console-session'
import { Role } from './login'
import { FactorCode, Password } from './sign-in'

/** `GET /api/account`: whoever asks. `hasPassword`: false for who signs in elsewhere; then there is no second factor here either. `factor`: null where there is none. */
export const Account = z.object({
  version: z.string(),
  now: z.number(),
  username: z.string(),
  role: Role,
  hasPassword: z.boolean(),
  /** False where the settings have the password. */
  canChangePassword: z.boolean(),
  factor: z.nullable(z.object({ since: z.number(), recoveryCodesLeft: z.int() })),
  sessions: z.array(ConsoleSessionRow),
})
export type Account = z.infer<typeof Account>

/** `PUT /api/account/password`. */
export const PasswordChange = z.strictObject({ password: Password, newPassword: Password })
export type PasswordChange = z.infer<typeof PasswordChange>

/** `POST /api/account/factor`: begins to set up a second factor. */
export const FactorStart = z.strictObject({ password: Password })
export type FactorStart = z.infer<typeof FactorStart>

/** What goes into the authenticator, as text and as the address in its QR code. `enrolment` is sent back with the first code, within ten minutes; nothing is kept until then. */
export const FactorOffer = z.object({ secret: z.string(), uri: z.string(), enrolment: z.string() })
export type FactorOffer = z.infer<typeof FactorOffer>

/** `PUT /api/account/factor`: the first code of the authenticator, from which on it is asked for. */
export const FactorConfirm = z.strictObject({
  enrolment: z.string().check(z.minLength(1), z.maxLength(1000)),
  code: FactorCode,
})
export type FactorConfirm = z.infer<typeof FactorConfirm>

/** Each opens once in place of a code. They are told this once. */
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) })
export type RecoveryCodes = z.infer<typeof RecoveryCodes>

/** `POST /api/account/factor/removal`: an authenticator's code, or a recovery code. */
export const FactorRemoval = z.strictObject({ password: Password, code: FactorCode })
export type FactorRemoval = z.infer<typeof FactorRemoval>

/** How many of one's own other console sessions were ended. */
export const OthersEnded = z.object({ ended: z.int() })
export type OthersEnded = z.infer<typeof OthersEnded>
