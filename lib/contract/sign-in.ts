import * as z from 'zod/mini'

const mostPasswordBytes = 1024

/** A password as it is typed. What a new one must be like, the server says. */
export const Password = z.string().check(
  z.minLength(1),
  z.maxLength(mostPasswordBytes),
  z.refine((text) => new TextEncoder().encode(text).length <= mostPasswordBytes, 'must have at most 1,024 bytes'),
)

/** Six figures of an authenticator, or a recovery code; spaces and dashes make no difference. */
export const FactorCode = z.string().check(z.minLength(6), z.maxLength(40))

/** `code`: for an account with a second factor, which answers `second-factor-required` to the right password alone. */
export const LoginInput = z.strictObject({
  username: z.string().check(z.minLength(1), z.maxLength(200)),
  password: Password,
  code: z.optional(FactorCode),
})
export type LoginInput = z.infer<typeof LoginInput>
