import type { Settings } from '@/lib/settings.mjs'

type OriginSettings = Pick<Settings, 'allowedHosts' | 'publicUrl' | 'trustsProxy'>

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]']
/** Where browsers keep a Secure cookie although the page came over plain http. */
const trustworthyHosts = ['localhost', '127.0.0.1']

/** Whether a Host header names this server: by exact name, whatever the port. Rebinding attacks come with another name. */
export function isAllowedHost(host: string | null, { allowedHosts }: Pick<Settings, 'allowedHosts'>): boolean {
  const name = nameOf(host)
  return name !== null && (loopbackHosts.includes(name) || allowedHosts.includes(name))
}

/** Whether the browser spoke https, as far as the settings let us know. */
export function isHttps(headers: Headers, { publicUrl, trustsProxy }: OriginSettings): boolean {
  if (trustsProxy && lastOf(headers.get('x-forwarded-proto')) === 'https') return true
  if (publicUrl === null) return false
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' && nameOf(headers.get('host')) === hostname
}

/** Whether a browser at this origin keeps the console's cookie. Where it does not, nobody can sign in, and the sign-in page says so. */
export function canHoldCookie(headers: Headers, settings: OriginSettings): boolean {
  return isHttps(headers, settings) || trustworthyHosts.includes(nameOf(headers.get('host')) ?? '')
}

/**
 * Whether an unsafe request comes from our own pages. Browsers say so by Sec-Fetch-Site, older ones by Origin. A program sends neither and is let through only
 * without a cookie, so that no browser can be made to act with somebody's session.
 */
export function isSameOrigin(headers: Headers, settings: OriginSettings): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = headers.get('origin')
  if (origin === null) return headers.get('cookie') === null
  return origin === settings.publicUrl || origin === ownOrigin(headers, settings)
}

/**
 * Whether a GET is a person going somewhere in a tab of their browser, and not part of a page: for the two that end in a sign-in. `own`: from our own pages or the address bar;
 * `anywhere`: also sent by another site. Browsers that do not say pass: what the request brings must speak for itself.
 */
export function isArrival(headers: Headers, from: Arrival): boolean {
  const [site, mode, goal] = ['site', 'mode', 'dest'].map((name) => headers.get(`sec-fetch-${name}`))
  if ((mode ?? 'navigate') !== 'navigate' || (goal ?? 'document') !== 'document') return false
  return from === 'anywhere' || site === null || site === 'same-origin' || site === 'none'
}

export type Arrival = 'own' | 'anywhere'

function ownOrigin(headers: Headers, settings: OriginSettings): string | null {
  const host = headers.get('host')
  if (nameOf(host) === null) return null
  const text = `${isHttps(headers, settings) ? 'https' : 'http'}://${host}`
  return URL.canParse(text) ? new URL(text).origin : null
}

/** The host's name as it stands in the settings: lower case, without port and final dot, IPv6 in its shortest form in brackets. Null: it is no host. */
function nameOf(host: string | null): string | null {
  const name = /^([a-z0-9._-]+?|\[[0-9a-f:.]+\])\.?(:\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase()
  if (name === undefined) return null
  if (!name.startsWith('[')) return name
  return URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`).hostname : null
}

function lastOf(list: string | null): string | null {
  return list?.split(',').at(-1)?.trim().toLowerCase() ?? null
}
