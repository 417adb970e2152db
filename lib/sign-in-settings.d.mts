type Role = 'viewer' | 'operator' | 'admin'

/** How people sign in by OpenID Connect. */
export type OpenIdSetting = {
  /** As the provider writes it: it is compared letter by letter with what tokens say. */
  issuer: string
  clientId: string
  /** Null: a public client, which PKCE alone protects. */
  clientSecret: string | null
  /** What the button says after "Sign in with". */
  name: string
  scopes: string[]
  /** The claim that holds one text or a list of them; its own name, or a path of names with dots between. */
  roleClaim: string
  /** Which value of the claim gives which role; the highest counts. */
  roles: { value: string; role: Role }[]
  /** Null: `preferred_username`, else a confirmed `email`. */
  usernameClaim: string | null
}

/** How people sign in by the word of a reverse proxy. Header names are lower case; one of `roleHeader` and `role` is null. */
export type ProxySetting = { userHeader: string; roleHeader: string | null; role: Role | null; peers: string[] }

type Reader = { secret(name: string): string | undefined; text(name: string): string | undefined }

export function readOpenId(
  reader: Reader,
  given: { publicUrl: string | null; roles: readonly string[] },
  faults: string[],
): OpenIdSetting | null
export function readProxy(
  reader: Pick<Reader, 'text'>,
  given: { roles: readonly string[] },
  faults: string[],
): ProxySetting | null

/** One address or range such as `10.0.0.0/8`, as `BlockList` takes it; null: it is neither, or it is everybody. */
export function toSubnet(peer: string): { address: string; length: number; family: 'ipv4' | 'ipv6' } | null
