import { createHash } from 'node:crypto'
import * as z from 'zod/mini'
import { Role } from '@/lib/contract/login'
import type { Settings } from '@/lib/settings.mjs'

/**
 * What a console session rests on where nobody gave a password here: who vouched for the person, with which role, under which settings (`of`). It stands in the session,
 * sealed, because nothing else here knows of that person.
 */
export const Grant = z.object({ by: z.enum(['openid', 'proxy']), role: Role, of: z.string() })
export type Grant = z.infer<typeof Grant>
export type Voucher = Grant['by']

/** Makes grants and judges them: one that was made under other settings than today's stands no more. Pure. */
export function createGrants({ openId, proxy }: Pick<Settings, 'openId' | 'proxy'>) {
  // The client's secret is left out: a new one changes nobody's role, and its digest would lie in Redis.
  const today = {
    openid: openId && digestOf({ ...openId, clientSecret: null }),
    proxy: proxy && digestOf(proxy),
  }
  return {
    /** Null: nobody vouches that way. */
    make(by: Voucher, role: Role): Grant | null {
      const of = today[by]
      return of === null ? null : { by, role, of }
    },
    stands: ({ by, of }: Grant): boolean => today[by] === of,
  }
}

/** The name of somebody for whom others vouch, here and in the audit. It has a colon and no admin of this console has one, so nobody is taken for another. */
export const nameOf = (by: Voucher, name: string): string => `${by}:${name}`

/** What may be a person's name: something to see, and not too long. Null: nothing. */
export function plainName(value: unknown): string | null {
  const name = typeof value === 'string' ? value.trim() : ''
  return name !== '' && [...name].length <= 150 && !/\p{C}/u.test(name) ? name : null
}

function digestOf(setting: object): string {
  return createHash('sha256').update(JSON.stringify(setting)).digest('base64url').slice(0, 22)
}
