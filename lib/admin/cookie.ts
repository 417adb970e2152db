/** The console's cookie. The prefix makes browsers demand Secure, no Domain and the path `/`, whatever BASE_PATH is. */
export const cookieName = '__Host-rollcall'

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** `Set-Cookie` for a new session. No Max-Age: it goes with the browser, its time is kept by the server. */
export function cookieOf(id: string): string {
  return `${cookieName}=${id}; ${attributes}`
}

/** `Set-Cookie` that removes it. */
export const noCookie = `${cookieName}=; ${attributes}; Max-Age=0`
