import { hash, parseOptions, verify } from '@node-rs/argon2'
import { KnownError } from '@/lib/errors'
import { normalizePassword } from '@/lib/password-rules.mjs'

/** The binding's default algorithm is argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const atOnce = 2
/** More than can be hashed within a request's time is refused, so that nobody fills the memory by signing in. */
const mostWaiting = 20

/** Makes and checks argon2id hashes in PHC form, two at a time, of passwords in their one spelling (NFC). A hash costs 15 to 75 ms of one core and 19 MiB. */
export type Passwords = {
  /** Throws `too-many` when the queue is full. */
  hash(password: string): Promise<string>
  /** Whether the password belongs to the hash. Null stands for an unknown person: the same work is done, the answer is no. Throws `too-many` when the queue is full. */
  check(hash: string | null, password: string): Promise<boolean>
  /** Whether a hash was made with less than today's cost. */
  isWeak(hash: string): boolean
}

export function createPasswords(): Passwords {
  let running = 0
  const waiting: (() => void)[] = []
  let decoy: Promise<string> | undefined

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) {
        throw new KnownError('too-many', 'Too many people are signing in at once.', { retryAfterMs: 2000 })
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  return {
    hash: (password) => inTurn(() => hash(normalizePassword(password), cost)),
    async check(known, password) {
      return inTurn(async () => {
        decoy ??= hash('nobody has this password', cost)
        const isRight = await verify(known ?? (await decoy), normalizePassword(password))
        return isRight && known !== null
      })
    },
    isWeak(known) {
      const { memoryCost, timeCost } = parseOptions(known)
      return memoryCost < cost.memoryCost || timeCost < cost.timeCost
    },
  }
}
