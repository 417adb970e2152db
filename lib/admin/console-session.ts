import type { Grant } from './grant'

/** `isVerified` is false while the home cannot confirm that the session still lives. */
export type ConsoleSession = {
  username: string
  idleExpiresAt: number
  absoluteExpiresAt: number
  /** When its person gave their password; absent where nobody knows. */
  signedInAt?: number
  /** What it rests on where it was not opened with a password of this console. */
  grant?: Grant
  isVerified: boolean
}

/**
 * The console's own sessions: made with the store library, held in this process, and dropped when Redis says that their keys changed. So a request costs Redis
 * nothing while a feed is there, and a sign-out at another replica is effective here at once.
 *
 * The idle end slides in this process with every request but polls, and is written at most once a minute. The key in Redis outlives it by that minute, so the key is
 * never gone while the process still holds the session to be alive.
 */
export type ConsoleSessions = {
  /** Opens a session and gives its id: with a password that was given now, or by a grant and when its person gave theirs elsewhere. Cost: two writes. */
  open(username: string, granted?: { grant: Grant; signedInAt: number | null }): Promise<string>
  /**
   * The session of an id, or null when it ended, was ended, or its admin's password or role changed. Throws what the client throws when the home is away and the session
   * was not seen to live in the last five minutes. Cost: nothing; GET and PTTL the first time, after a change, and without a feed once a second.
   */
  find(id: string, options: { isPoll: boolean }): Promise<ConsoleSession | null>
  /** Ends it: here at once, in Redis now or, if the home is away, when it is back. */
  end(id: string): Promise<void>
  /** Ends the session whose key this is, for an admin who has no id of it, and says whether there was one. Throws what the client throws. Cost: one DEL. */
  endKey(key: string): Promise<boolean>
  start(): void
  close(): void
}
