/** The cookies of one browser by their names. A copy is the same browser as it was then. */
export type Jar = Map<string, string>

/** The value of the cookie header that the browser would send. It holds the session's credential. */
export function sentCookies(jar: Jar): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
}

/** Keeps and forgets cookies as the answer says, as a browser does. */
export function keepCookies(jar: Jar, lines: string[]): void {
  for (const line of lines) {
    const [pair = '', ...attributes] = line.split(';')
    const name = pair.slice(0, pair.indexOf('=')).trim()
    const value = pair.slice(pair.indexOf('=') + 1).trim()
    if (attributes.some(isOver)) jar.delete(name)
    else jar.set(name, value)
  }
}

function isOver(attribute: string): boolean {
  const [name = '', value = ''] = attribute.trim().split('=')
  if (name.toLowerCase() === 'max-age') return Number(value) <= 0
  return name.toLowerCase() === 'expires' && Date.parse(value) <= Date.now()
}
