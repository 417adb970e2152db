import { createHash } from 'node:crypto'
import { isKnownError, KnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'
import { networkOf } from './address'

const prefix = 'rollcall:throttle:'
/** So many guesses at one account go through without a wait; then each further one waits twice as long as the one before. */
const freeGuesses = 5
const firstWaitMs = 1000
const longestWaitMs = 15 * 60_000
/** After so many failures in a row an account takes no guess until it was left alone for a day. */
const mostFailures = 100
const forgetMs = 24 * 60 * 60_000
/** Failures in one minute, of one client and of all together. */
const minuteMs = 60_000
const perClient = 20
const perMinute = 60
/** A bound on what is remembered of clients that are refused. */
const mostClosed = 10_000

/** What an attempt to sign in tells the throttle when it ends well. */
export type Attempt = { succeeded(): Promise<void> }

/**
 * Slows guessing down, for all replicas together: the counts live in the home. Sessions that exist are none of its business, so nobody who is signed in is locked out.
 * The account's name is compared as a person reads it, without case and compatibility forms, and whether there is such an account makes no difference.
 */
export type Throttle = {
  /**
   * Counts the attempt before anything is hashed, so that parallel guesses count as well. Throws `too-many` with when to come back; a refused attempt does not
   * prolong the wait. Throws what the client throws while the home is away. Cost: up to seven commands.
   */
  begin(username: string, ip: string | null): Promise<Attempt>
  /**
   * Counts a token that opened nothing, or a provider's answer that signed nobody in, each apart from the sign-ins with a password. Throws `too-many` beyond twenty of one client and sixty of all in a minute; until that minute is over
   * this process says so by itself. Cost: up to five commands, none while it refuses.
   */
  countWrong(what: 'token' | 'openid', ip: string | null): Promise<void>
}

/** Takes a count back: of a refused attempt, or of one that ended well. */
type Counted = () => Promise<void>

export function createThrottle(home: Connection): Throttle {
  const { client } = home
  /** Who is refused until when, as far as this process was told. */
  const closed = new Map<string, number>()

  async function count(key: string, keepMs: number): Promise<number> {
    const replies = await client.pipeline().incr(key).pexpire(key, keepMs).exec()
    const [error, value] = replies?.[0] ?? [new Error('No reply to INCR'), null]
    if (error) throw error
    return Number(value)
  }

  async function countInMinute(name: string, most: number): Promise<Counted> {
    const now = home.now()
    const key = `${prefix}${name}:${Math.floor(now / minuteMs)}`
    const takeBack = async () => void (await client.decr(key))
    if ((await count(key, 2 * minuteMs)) <= most) return takeBack
    await takeBack()
    throw refusal(minuteMs - (now % minuteMs))
  }

  async function countOrClose(name: string, most: number): Promise<void> {
    const waitMs = (closed.get(name) ?? 0) - home.now()
    if (waitMs > 0) throw refusal(waitMs)
    try {
      await countInMinute(name, most)
    } catch (error) {
      if (isKnownError(error) && error.code === 'too-many') {
        for (const [other, until] of closed) if (until <= home.now()) closed.delete(other)
        if (closed.size < mostClosed) closed.set(name, home.now() + (error.retryAfterMs ?? 0))
      }
      throw error
    }
  }

  async function countForAccount(account: string): Promise<Counted> {
    const counter = `${prefix}account:${account}`
    const turn = `${prefix}turn:${account}`
    const [failures, waitMs] = await Promise.all([client.get(counter), client.pttl(turn)])
    if (waitMs > 0) throw refusal(waitMs)
    if (Number(failures) >= mostFailures) throw refusal(await client.pttl(counter))
    const number = await count(counter, forgetMs)
    const forget = async () => void (await Promise.all([client.del(counter), client.del(turn)]))
    if (number <= freeGuesses) return forget
    const ownWaitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (number - freeGuesses - 1))
    if (number <= mostFailures && (await client.set(turn, '1', 'PX', ownWaitMs, 'NX')) !== null) return forget
    await client.decr(counter)
    throw refusal(await client.pttl(turn))
  }

  return {
    async begin(username, ip) {
      const counted: Counted[] = []
      try {
        if (ip !== null) counted.push(await countInMinute(`client:${digest(networkOf(ip))}`, perClient))
        counted.push(await countInMinute('all', perMinute))
        counted.push(await countForAccount(digest(username.normalize('NFKC').toLowerCase().trim())))
      } catch (error) {
        // Refused by one, it must not weigh on the others: what one client does to one account would close the door to all.
        await Promise.all(counted.map((takeBack) => takeBack()))
        throw error
      }
      return { succeeded: async () => void (await Promise.all(counted.map((takeBack) => takeBack()))) }
    },
    async countWrong(what, ip) {
      if (ip !== null) await countOrClose(`${what}:${digest(networkOf(ip))}`, perClient)
      await countOrClose(`${what}:all`, perMinute)
    },
  }
}

function refusal(waitMs: number): KnownError {
  const retryAfterMs = Math.max(1000, waitMs)
  const wait = Math.ceil(retryAfterMs / 1000)
  return new KnownError('too-many', `Too many failed attempts. Try again in ${wait} s.`, { retryAfterMs })
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
