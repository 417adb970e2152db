/** A session as the application sees it. Times are epoch milliseconds. */
export type Session<Data> = {
  /** The credential: it belongs into a cookie (HttpOnly, Secure, SameSite) and nowhere else. */
  id: string
  /** Whose session it is; null: nobody signed in. */
  principal: string | null
  /** Null in a plain store. */
  createdAt: number | null
  /** When it ends if nobody uses it: the earliest of the limits. Infinity where somebody else's hand took a key's expiry away; the next `get` gives it one. */
  expiresAt: number
  /** When it ends whatever happens; null: no absolute timeout. */
  absoluteExpiresAt: number | null
  /** Until when an admin has extended it; the idle timeout does not end it before. */
  extendedUntilAt: number | null
  data: Data
}

export type PrincipalOptions = {
  /** Whose session it is from now on, as the application writes the person's id. Absent: as it was. */
  principal?: string
}

/**
 * Sessions in Redis. Absent, expired and malformed are null; only a Redis that fails throws, and what no session can be: data that JSON cannot hold (`TypeError`) or
 * that is too large (`SessionTooLargeError`), both before anything is written. A text that is no id of this store is answered without asking Redis.
 * Every write gives the key an expiry.
 */
export type SessionStore<Data extends object> = {
  /** A new session with a new id. Cost: one SET NX; with a principal one transaction on its index more. */
  create(data: Data, options?: PrincipalOptions): Promise<Session<Data>>

  /**
   * The session, and its idle timeout begins anew. Cost: one GETEX. One PEXPIREAT follows near the absolute end and while an admin's extension reaches beyond the
   * idle timeout; without an absolute timeout the principal's index is kept alive by one transaction more.
   */
  get(id: string): Promise<Session<Data> | null>

  /** The session as it stands; nothing slides. Cost: GET and PTTL, sent together. */
  peek(id: string): Promise<Session<Data> | null>

  /** Lets the idle timeout begin anew and says whether there was such a session. Cost: that of `get`. */
  touch(id: string): Promise<boolean>

  /**
   * Replaces the data and lets the idle timeout begin anew; creation, absolute end and an admin's extension stay. Of two saves at once the later stands.
   * `revoked`: there is no such session any more and none was made; answer 401 and clear the cookie. Cost: with a session, as `get` or `create` gave it, one SET XX, and another
   * where an admin or another save changed more than the data since; with an id GET and PTTL sent together before it. A new principal costs its indexes.
   */
  save(session: string | Session<Data>, data: Data, options?: PrincipalOptions): Promise<'saved' | 'revoked'>

  /** Ends the session and says whether there was one. Cost: one GETDEL; with a principal one ZREM more. */
  destroy(id: string): Promise<boolean>

  /**
   * The same session under a new id, and the old id is dead: to be called whenever its privileges change, above all at sign-in. Creation and absolute end stay; a save
   * under the old id that came in between is carried over. Null: the session was gone or was ended meanwhile, and none is left.
   * Cost: GET and PTTL sent together, SET NX, GETDEL; with a principal one transaction and one ZREM more.
   */
  regenerate(id: string, options?: PrincipalOptions): Promise<Session<Data> | null>

  /** The live sessions of one principal, newest first, without their ids: they can be shown but not used. Cost: one ZRANGE, GET and PTTL each; ZREM of dead ones. */
  list(principal: string): Promise<Omit<Session<Data>, 'id'>[]>

  /**
   * Ends every session of one principal, one being regenerated included, and says how many. `exceptId` lives on: "sign out everywhere else".
   * Cost: two ZRANGE, one DEL each, one ZREM.
   */
  destroyAll(principal: string, options?: { exceptId?: string }): Promise<number>
}
