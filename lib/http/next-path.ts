const home = '/'
/** Addresses that are no page to come back to. */
const noPage = /^\/(login|api|_next|healthz|readyz|metrics)(\/|$)/i

/** Where a person goes after signing in: the path that they came from if it is one of this console's own pages, else the overview. Never another site. */
export function localPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > 2000) return home
  // Browsers drop control characters and read a backslash as a slash; encoded ones may be undone by whoever comes next.
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || /\\|%(5c|0|1|7f)/i.test(wanted) || /^\/%2f/i.test(wanted))
    return home
  const url = URL.canParse(wanted, 'http://here.invalid') ? new URL(wanted, 'http://here.invalid') : null
  if (url === null || url.origin !== 'http://here.invalid') return home
  const path = `${url.pathname}${url.search}`
  return url.pathname.startsWith('//') || noPage.test(url.pathname) ? home : path
}
