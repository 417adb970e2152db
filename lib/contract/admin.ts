import * as z from 'zod/mini'
import { Role } from './login'
import { Password } from './sign-in'

/** Visible characters and no colon, which parts name and role in the settings and a token from its creator in the audit. Unique without case. */
const AdminName = z
  .string()
  .check(
    z.regex(
      /^(?!.*:)[\p{L}\p{M}\p{N}\p{P}\p{S}]{1,100}$/u,
      'must be 1 to 100 visible characters, without spaces and colons',
    ),
  )

/** `POST /api/admins`. Without a password one is made, and told in the answer. */
export const AdminInput = z.strictObject({ name: AdminName, role: Role, password: z.optional(Password) })
export type AdminInput = z.infer<typeof AdminInput>

/** `PATCH /api/admins/{admin}`: what is named is changed. `password` null: one is made, and told in the answer. */
export const AdminChange = z
  .strictObject({
    role: z.optional(Role),
    isDisabled: z.optional(z.boolean()),
    password: z.optional(z.nullable(Password)),
  })
  .check(z.refine((change) => Object.keys(change).length > 0, 'must name something to change'))
export type AdminChange = z.infer<typeof AdminChange>

/** `settings`: it stands in the environment and is changed there. `here`: it was made on this page and is kept in the home. */
export const adminOrigins = ['settings', 'here'] as const

/** Somebody who may sign in by a password. `admin` stands for the name in addresses. `createdAt` and `createdBy` are null for those of the settings. */
export const AdminRow = z.object({
  admin: z.string(),
  name: z.string(),
  role: Role,
  origin: z.enum(adminOrigins),
  isDisabled: z.boolean(),
  hasFactor: z.boolean(),
  isYou: z.boolean(),
  createdAt: z.nullable(z.number()),
  createdBy: z.nullable(z.string()),
})
export type AdminRow = z.infer<typeof AdminRow>

/** `GET /api/admins`: those of the settings first, then by name. */
export const AdminList = z.object({ version: z.string(), now: z.number(), rows: z.array(AdminRow) })
export type AdminList = z.infer<typeof AdminList>

/** How an admin stands after a change. `password`: the one that was made, told this once; null where none was. */
export const AdminSaved = z.object({ admin: AdminRow, password: z.nullable(z.string()) })
export type AdminSaved = z.infer<typeof AdminSaved>
