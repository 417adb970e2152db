/** The console's cookie. The prefix makes browsers demand Secure, no Domain and the path `/`, whatever BASE_PATH is. */
export const cookieName = '__Host-rollcall'

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** `Set-Cookie` for a new session. No Max-Age: it goes with the browser, its time is kept by the server. */
export function cookieOf(id: string): string {
  return `${cookieName}=${id}; ${attributes}`
}

/** `Set-Cookie` that removes it. */
export const noCookie = `${cookieName}=; ${attributes}; Max-Age=0`

/** What a browser keeps while its owner is with the provider. Lax, and this one alone: it must come along when another site sends the browser back. It opens nothing. */
export const openIdCookieName = '__Host-rollcall-openid'

const openIdAttributes = 'Path=/; Secure; HttpOnly; SameSite=Lax'

export function openIdCookieOf(kept: string, forMs: number): string {
  return `${openIdCookieName}=${kept}; ${openIdAttributes}; Max-Age=${Math.ceil(forMs / 1000)}`
}

export const noOpenIdCookie = `${openIdCookieName}=; ${openIdAttributes}; Max-Age=0`
