import type { Settings } from '@/lib/settings.mjs'

/** What a page may load: nothing but this server's own things, and scripts only with this response's nonce. */
export function contentSecurityPolicy(nonce: string, { isDevelopment = false } = {}): string {
  // The development server evaluates code, puts its styles in without a nonce and talks over a socket.
  const [script, style, connect] = isDevelopment
    ? [`'nonce-${nonce}' 'strict-dynamic' 'unsafe-eval'`, `'self' 'unsafe-inline'`, `'self' ws: wss:`]
    : [`'nonce-${nonce}' 'strict-dynamic'`, `'self' 'nonce-${nonce}'`, `'self'`]
  return [
    `default-src 'none'`,
    `script-src ${script}`,
    `style-src ${style}`,
    `style-src-attr 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src ${connect}`,
    `manifest-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
    // Text becomes a script or HTML by the one policy of app/first-script.ts. The development server evaluates code.
    ...(isDevelopment ? [] : [`require-trusted-types-for 'script'`, `trusted-types default`]),
  ].join('; ')
}

/** The headers of every response beside its policy. Browsers are told to stay on https where PUBLIC_URL says that there is https. */
export function securityHeaders({ publicUrl }: Pick<Settings, 'publicUrl'>): Record<string, string> {
  return {
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy':
      'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()',
    ...(publicUrl?.startsWith('https:') ? { 'Strict-Transport-Security': 'max-age=63072000' } : {}),
  }
}

/** Headers by which a framework or a proxy steers a server from inside. From outside they are forged. */
const internal =
  /^(x-middleware-|x-nextjs-|x-next-|x-invoke-|x-now-|x-vercel-|x-matched-path$|x-original-url$|x-rewrite-url$|x-nonce$|next-action$|next-resume$|content-security-policy)/

/** The request's headers as the pages may see them: without forged ones, and with the nonce that Next and the layout look for. */
export function cleanHeaders(inbound: Headers, nonce: string, policy: string): Headers {
  const headers = new Headers()
  for (const [name, value] of inbound) if (!internal.test(name)) headers.append(name, value)
  headers.set('content-security-policy', policy)
  headers.set('x-nonce', nonce)
  return headers
}
