import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { type Role, roles } from '@/lib/contract/login'
import { isKnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import type { Handles } from '@/lib/session/handle'
import type { Settings } from '@/lib/settings.mjs'
import type { OpenIdSetting } from '@/lib/sign-in-settings.mjs'
import { nameOf, plainName } from './grant'
import { type Ask, type Claims, createOpenIdProvider } from './openid-provider'
import { isOpenIdRefused, OpenIdRefused } from './openid-refused'

export const callbackPath = '/api/login/openid/callback'
/** A sign-in that was begun must be over by then. */
export const openIdMs = 10 * 60_000
/** The provider's clock and ours may differ by this much. */
const skewMs = 60_000
/** So many may be asking the provider at once; the next is told to come again. */
const mostAtOnce = 10

/** What a browser keeps while its owner is with the provider: sealed, so that it is neither read nor made. `earlierId`: of the console session that ends when the new one begins. */
const Kept = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  isAgain: z.boolean(),
  begunAt: z.number(),
  earlierId: z.nullable(z.string()),
})
type Kept = z.infer<typeof Kept>

/** Who came back from the provider. `signedInAt`: when they gave their password there; null: it does not say. */
export type OpenIdPerson = {
  username: string
  subject: string
  role: Role
  signedInAt: number | null
  next: string
  earlierId: string | null
}

type OpenIdOptions = { settings: Settings; setting: OpenIdSetting; home: Connection; handles(): Handles }

/** Sign-in by OpenID Connect: the code flow with PKCE, state and nonce. Everything that goes wrong is an `OpenIdRefused`. */
export function createOpenId({ settings, setting, home, handles }: OpenIdOptions) {
  const provider = createOpenIdProvider(setting, `${settings.publicUrl}${settings.basePath}${callbackPath}`)
  let asking = 0

  async function atProvider<T>(work: () => Promise<T>): Promise<T> {
    if (asking >= mostAtOnce) throw new OpenIdRefused('no-answer', 'Too many are signing in at once.')
    asking += 1
    try {
      return await work()
    } finally {
      asking -= 1
    }
  }

  function open(sealed: string | null): Kept | null {
    const block = sealed === null ? null : handles().openBlock(Buffer.from(sealed, 'base64url'))
    return block === null ? null : (Kept.safeParse(JSON.parse(block.toString())).data ?? null)
  }

  /** Once for all replicas. Cost: one SET NX. */
  async function use(state: string): Promise<boolean> {
    const name = createHash('sha256').update(state).digest('base64url')
    return (await home.client.set(`rollcall:openid:${name}`, '1', 'PX', openIdMs, 'NX')) !== null
  }

  return {
    /** Where to send the browser, and what it keeps meanwhile. */
    async begin(wanted: Pick<Kept, 'next' | 'isAgain' | 'earlierId'>): Promise<{ location: string; kept: string }> {
      const ask: Ask = { state: random(), nonce: random(), verifier: random() }
      const location = await atProvider(() => provider.address(ask, wanted.isAgain))
      const kept: Kept = { ...ask, ...wanted, begunAt: home.now() }
      return {
        location,
        kept: handles()
          .sealBlock(Buffer.from(JSON.stringify(kept)))
          .toString('base64url'),
      }
    },

    /** Who came back with `answer`, in the browser that has `sealed`. Each sign-in that was begun ends once, however it ends. */
    async finish(answer: URLSearchParams, sealed: string | null): Promise<OpenIdPerson> {
      const kept = open(sealed)
      if (kept === null || home.now() - kept.begunAt > openIdMs || answer.get('state') !== kept.state) {
        throw new OpenIdRefused('not-begun', 'It was not begun in this browser, or too long ago.')
      }
      if (!(await use(kept.state))) throw new OpenIdRefused('used', 'It was finished before.')
      const claims = await atProvider(() => provider.exchange(answer, kept, isEnough))
      return { ...recognise(claims, kept), next: kept.next, earlierId: kept.earlierId }
    },
  }

  function isEnough(claims: Claims): boolean {
    return findClaim(claims, setting.roleClaim) !== undefined && usernameOf(claims) !== null
  }

  function usernameOf(claims: Claims): string | null {
    if (setting.usernameClaim !== null) return plainName(findClaim(claims, setting.usernameClaim))
    return plainName(claims.preferred_username) ?? (claims.email_verified === false ? null : plainName(claims.email))
  }

  function recognise(claims: Claims, { isAgain, begunAt }: Kept): Omit<OpenIdPerson, 'next' | 'earlierId'> {
    const name = usernameOf(claims)
    if (name === null) throw new OpenIdRefused('no-name', 'It says no name of the person.')
    const username = nameOf('openid', name)
    const role = roleOf(findClaim(claims, setting.roleClaim), setting)
    if (role === null) throw new OpenIdRefused('no-role', 'It says nothing that gives a role here.', { username })
    const now = home.now()
    const toldAt = typeof claims.auth_time === 'number' ? claims.auth_time * 1000 : null
    // A time that is still to come, beyond what clocks differ, is no time.
    const signedInAt = toldAt === null || toldAt > now + skewMs ? null : Math.min(toldAt, now)
    if (isAgain && (signedInAt === null || signedInAt < begunAt - skewMs)) {
      throw new OpenIdRefused('not-fresh', 'It did not ask for the password again.', { username })
    }
    return { username, subject: plainName(claims.sub) ?? '', role, signedInAt }
  }
}

/** The highest role that the claim gives; null: none. Pure. */
export function roleOf(claim: unknown, { roles: given }: Pick<OpenIdSetting, 'roles'>): Role | null {
  const values = [claim].flat().map(String)
  const found = given.filter(({ value }) => values.includes(value)).map(({ role }) => roles.indexOf(role))
  return found.length === 0 ? null : (roles[Math.max(...found)] ?? null)
}

/** A claim by its own name, or by a path of names with dots between. Pure. */
export function findClaim(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((place, step) => {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, step)) return undefined
    // An object that has this name.
    return (place as Record<string, unknown>)[step]
  }, claims)
}

/** The refusal behind an error: our own, or that the home is away; null: a mistake of ours. */
export function refusedOf(error: unknown): OpenIdRefused | null {
  if (isOpenIdRefused(error)) return error
  const isAway = isKnownError(error) && error.code === 'source-unavailable'
  return isAway ? new OpenIdRefused('closed', 'The home Redis does not answer.') : null
}

const random = () => randomBytes(32).toString('base64url')
