import type { SignInRefusal } from '@/lib/contract/login'
import type { Settings } from '@/lib/settings.mjs'

/** The sign-in page, with where to go afterwards and why nobody was signed in. Both are checked there again. */
export function loginPath(
  { basePath }: Pick<Settings, 'basePath'>,
  { next = '/', refusal }: { next?: string; refusal?: SignInRefusal },
): string {
  const query = new URLSearchParams({ ...(next === '/' ? {} : { next }), ...(refusal ? { refused: refusal } : {}) })
  return `${basePath}/login${query.size > 0 ? `?${query}` : ''}`
}

/** 303, with cookies. */
export function leadTo(location: string, ...cookies: string[]): Response {
  return withCookies(new Response(null, { status: 303, headers: { Location: location } }), cookies)
}

/**
 * A page that goes on by itself. A browser that another site sent here leaves out the console's cookie, also in what a redirect asks for next; what this page asks for is
 * our own, and brings it.
 */
export function hopTo(path: string, ...cookies: string[]): Response {
  const address = path.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="0;url=${address}"><title>Signed in · Rollcall</title></head>
<body><p>You are signed in. <a href="${address}">Go on</a></p></body></html>`
  return withCookies(new Response(body, { headers: { 'Content-Type': 'text/html; charset=utf-8' } }), cookies)
}

function withCookies(answer: Response, cookies: string[]): Response {
  for (const cookie of cookies) answer.headers.append('Set-Cookie', cookie)
  return answer
}
