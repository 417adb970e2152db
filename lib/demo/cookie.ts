import { shopOptions } from './shop'

/** The shopper's own cookie. It opens the pretend shop and nothing else: the console's sessions lie under another prefix. */
export const demoCookieName = 'rollcall-demo'

/** `Set-Cookie` for a shopper who signed in; null: the cookie goes. */
export function demoCookie(id: string | null, isSecure: boolean): string {
  const maxAge = id === null ? 0 : Math.floor(shopOptions.absoluteMs / 1000)
  return `${demoCookieName}=${id ?? ''}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}
