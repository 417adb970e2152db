import { isKnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Caller } from './actor'
import type { Grant } from './grant'
import { type createOpenId, type OpenIdPerson, refusedOf } from './openid'
import { OpenIdRefused } from './openid-refused'
import type { Throttle } from './throttle'

/** Signing in at a provider: two requests, between which the browser is there. Each throws `OpenIdRefused`, which the sign-in page says in words, after the audit has it. */
export type OpenIdSignIn = {
  /** Where to send the browser, and what it keeps meanwhile. `earlierId`: of the console session that ends when the new one begins. */
  begin(
    input: { next: string; isAgain: boolean; earlierId: string | null } & Caller,
  ): Promise<{ location: string; kept: string }>
  /** Opens a console session for whoever the provider vouches for; `id` belongs into the cookie. */
  finish(
    input: { answer: URLSearchParams; kept: string | null; userAgent: string | null } & Caller,
  ): Promise<{ id: string; next: string }>
}

type OpenIdSignInOptions = {
  openId: ReturnType<typeof createOpenId>
  throttle: Pick<Throttle, 'countWrong'>
  log: Log
  grantOf(person: OpenIdPerson): Grant
  open(
    who: { username: string; earlierId: string | null; userAgent: string | null; reason: string } & Caller,
    granted: { grant: Grant; signedInAt: number | null },
  ): Promise<string>
  deny(username: string | null, caller: Caller, reason: string): void
  /** Runs the work while the home is there, else throws `source-unavailable`. */
  atHome<T>(work: () => Promise<T>): Promise<T>
}

export function createOpenIdSignIn(options: OpenIdSignInOptions): OpenIdSignIn {
  const { openId, throttle, log, grantOf, open, deny, atHome } = options

  /** Refusals are counted per client and in all, so that nobody fills the audit with them. */
  async function orRefuse<T>({ ip, requestId }: Caller, work: () => Promise<T>): Promise<T> {
    try {
      return await atHome(work)
    } catch (error) {
      const refused = refusedOf(error)
      if (refused === null) throw error
      log.warn('openid.refused', { requestId, refusal: refused.refusal, reason: refused.reason, error: refused.cause })
      try {
        await atHome(() => throttle.countWrong('openid', ip))
      } catch (tooMany) {
        if (isKnownError(tooMany) && tooMany.code === 'too-many') throw new OpenIdRefused('too-many', tooMany.detail)
        if (!isKnownError(tooMany)) throw tooMany
      }
      deny(refused.username, { ip, requestId }, `single sign-on: ${refused.reason}`)
      throw refused
    }
  }

  return {
    begin: ({ next, isAgain, earlierId, ...caller }) =>
      orRefuse(caller, () => openId.begin({ next, isAgain, earlierId })),
    finish: ({ answer, kept, userAgent, ...caller }) =>
      orRefuse(caller, async () => {
        const person = await openId.finish(answer, kept)
        const { username, subject, signedInAt, next, earlierId } = person
        const reason = `by single sign-on, subject ${subject}`
        const granted = { grant: grantOf(person), signedInAt }
        return { id: await open({ username, earlierId, userAgent, reason, ...caller }, granted), next }
      }),
  }
}
