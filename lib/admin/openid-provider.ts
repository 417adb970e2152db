import type { ClientAuth, Configuration } from 'openid-client'
import type { OpenIdSetting } from '@/lib/sign-in-settings.mjs'
import { isOpenIdRefused, type OpenIdRefusal, OpenIdRefused } from './openid-refused'

/** One request to the provider may take this long, and all of one sign-in so long; the door gives up a little later. */
const requestSeconds = 3
const allMs = 4000
/** What the provider says of itself is asked for anew after this long, and after a failure not before this long. */
const knownForMs = 60 * 60_000
const restMs = 2000
const loopback = ['localhost', '127.0.0.1', '[::1]']

/** What the provider said of a person, and what a sign-in has that nobody else must know. */
export type Claims = Record<string, unknown> & { sub: string }
export type Ask = { state: string; nonce: string; verifier: string }

/** The provider, by its own protocol; every failure is an `OpenIdRefused`. Nothing is asked of it before the first sign-in. */
export function createOpenIdProvider(setting: OpenIdSetting, redirectUri: string) {
  let known: { config: Configuration; at: number } | null = null
  let looking: Promise<Configuration> | null = null
  let failed: { error: unknown; at: number } | null = null

  async function discover(): Promise<Configuration> {
    const client = await import('openid-client')
    const { issuer, clientId, clientSecret } = setting
    const config = await client.discovery(
      new URL(issuer),
      clientId,
      {},
      clientSecret === null ? client.None() : secretly(client, clientSecret),
      {
        timeout: requestSeconds,
        [client.customFetch]: askSafely,
        // Only the settings allow http, and only to this machine; `askSafely` looks at each address.
        execute: [
          client.enableNonRepudiationChecks,
          ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
        ],
      },
    )
    if (config.serverMetadata().issuer !== issuer) throw new OpenIdRefused('not-believed', 'It names another issuer.')
    return config
  }

  async function configuration(): Promise<Configuration> {
    const now = Date.now()
    if (known !== null && now - known.at < knownForMs) return known.config
    if (failed !== null && now - failed.at < restMs) throw failed.error
    looking ??= discover().finally(() => {
      looking = null
    })
    try {
      known = { config: await looking, at: now }
      failed = null
      return known.config
    } catch (error) {
      failed = { error, at: now }
      throw error
    }
  }

  return {
    /** Where the browser goes. `isAgain`: the provider is to ask for the password although it knows who it is. */
    address: ({ state, nonce, verifier }: Ask, isAgain: boolean): Promise<string> =>
      within(async () => {
        const client = await import('openid-client')
        const config = await configuration()
        return client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: setting.scopes.join(' '),
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...(isAgain ? { prompt: 'login', max_age: '0' } : {}),
        }).href
      }),

    /**
     * What the provider says of whoever came back with `answer`, after its signature, issuer, audience, times and nonce were looked at. `isEnough`: without what it needs there
     * the provider is asked for more. Cost: two or three requests to the provider.
     */
    exchange: (answer: URLSearchParams, { state, nonce, verifier }: Ask, isEnough: (claims: Claims) => boolean) =>
      within(async (): Promise<Claims> => {
        const client = await import('openid-client')
        const config = await configuration()
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
        const tokens = await client.authorizationCodeGrant(config, new URL(`${redirectUri}?${answer}`), checks)
        const told = tokens.claims()
        if (told === undefined) throw new OpenIdRefused('not-believed', 'There is no ID token.')
        if (isEnough(told) || config.serverMetadata().userinfo_endpoint === undefined) return told
        return { ...(await client.fetchUserInfo(config, tokens.access_token, told.sub)), ...told }
      }),
  }
}

/** The client's secret the way that the standard takes for granted, or the other one where the provider says that it knows only that. */
function secretly(client: typeof import('openid-client'), secret: string): ClientAuth {
  return (server, metadata, body, headers) => {
    const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const make = ways.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost
    return make(secret)(server, metadata, body, headers)
  }
}

/** `fetch` for what a provider names: https, or this machine; nothing kept, and nowhere else by a redirect. */
function askSafely(url: string, options: object): Promise<Response> {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:' && !loopback.includes(hostname)) {
    throw new OpenIdRefused('not-believed', 'It names an address without https.')
  }
  return fetch(url, { ...options, cache: 'no-store', redirect: 'manual' })
}

async function within<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OpenIdRefused('no-answer', 'It took too long.')), allMs)
  })
  try {
    return await Promise.race([work(), late])
  } catch (error) {
    throw refusedBy(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Codes of the library for: there was no answer that is one. */
const noAnswer = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]

/** What the library throws, as one of our refusals. Its messages are fixed texts; what the provider wrote is left out. */
function refusedBy(error: unknown): OpenIdRefused {
  if (isOpenIdRefused(error)) return error
  if (!(error instanceof Error)) return new OpenIdRefused('not-believed', 'It cannot be read.')
  if (isOpenIdRefused(error.cause)) return error.cause
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const said =
    'error' in error && typeof error.error === 'string' && /^\w{1,60}$/.test(error.error) ? error.error : null
  const refuse = (refusal: OpenIdRefusal, reason: string) => new OpenIdRefused(refusal, reason, { cause: error })
  if (error.name === 'AuthorizationResponseError') return refuse('cancelled', `It answered ${said ?? 'no'}.`)
  if (error.name === 'ResponseBodyError') {
    return said === 'invalid_grant'
      ? refuse('used', 'The code was used before, or is too old.')
      : refuse('unknown-client', `It answered ${said ?? 'no'} to this console.`)
  }
  // Node's fetch fails with a TypeError and DOM's names for a time that is over.
  if (noAnswer.includes(code) || ['TypeError', 'TimeoutError', 'AbortError'].includes(error.name)) {
    return refuse('no-answer', `No answer that can be used (${code}).`)
  }
  return refuse('not-believed', `${code}${claimOf(error)}.`)
}

/** Which claim it was, where the library tells. */
function claimOf({ cause }: Error): string {
  const claim = typeof cause === 'object' && cause !== null && 'claim' in cause ? cause.claim : null
  return typeof claim === 'string' ? `, ${claim}` : ''
}
