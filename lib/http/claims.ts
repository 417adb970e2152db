/** What a route says of each of its methods, as far as the list of operations says it too. */
export type Claims = Record<
  string,
  { open?: unknown; arrival?: unknown; deed?: unknown; query?: unknown; body?: unknown }
>

const claims = new WeakMap<object, Claims>()

/** Remembers by its handler what a route says, for the tests that hold the list of operations and the roles against the routes. */
export function noteClaims(handler: object, said: Claims): void {
  claims.set(handler, said)
}

/** Null: no door made this handler, so nothing is asked of who knocks. */
export function claimsOf(handler: object): Claims | null {
  return claims.get(handler) ?? null
}
