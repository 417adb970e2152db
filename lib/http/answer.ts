/** A value as JSON that nothing on the way may keep. */
export function json(value: unknown, { status = 200, headers }: ResponseInit = {}): Response {
  const answer = Response.json(value, headers === undefined ? { status } : { status, headers })
  answer.headers.set('Cache-Control', 'no-store')
  return answer
}

/** 204. */
export function noContent(headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store', ...headers } })
}

/** 304: what the caller has is still true now. */
export function notModified(etag: string): Response {
  return new Response(null, { status: 304, headers: { 'Cache-Control': 'no-store', ETag: etag } })
}

/** Whether the caller already has what this ETag names. Compared weakly; the request's Cache-Control is not looked at. */
export function isNotModified(request: Request, etag: string): boolean {
  const known = request.headers.get('if-none-match')
  if (known === null) return false
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return known.trim() === '*' || known.split(',').some((tag) => opaque(tag) === opaque(etag))
}
