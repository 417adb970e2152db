import type { Trouble } from '@/lib/contract/source'

type Known = readonly [pattern: RegExp, what: string, code: Trouble['code'], advice: string]

const network = 'Check that Redis runs and that REDIS_URL names its host and port; Rollcall keeps trying.'
const waiting = 'Rollcall keeps trying and is right again by itself.'

/** What an error of Redis, of ioredis or of the system means: the first that fits. */
const known: readonly Known[] = [
  [/^NOAUTH|unauthenticated/i, 'a password is needed', 'password-needed', 'Put user and password into REDIS_URL.'],
  [
    /^WRONGPASS|invalid password|invalid username/i,
    'wrong password',
    'wrong-password',
    'Its password is another one now: correct REDIS_URL and start Rollcall again.',
  ],
  [
    /^(EXECABORT .*: )?NOPERM/,
    'not allowed for this user',
    'not-allowed',
    'Give this Redis user the rights that the README lists; Rollcall notices by itself.',
  ],
  [/^LOADING/, 'loading its data', 'loading', `It was started a moment ago and reads its data. ${waiting}`],
  [
    /^MASTERDOWN/,
    'a replica without its primary',
    'replica',
    'Its link to the primary is down: look at the primary and at the network between them.',
  ],
  [
    /^MISCONF/,
    'cannot save to its disk',
    'cannot-save',
    'Redis refuses every change until a save succeeds: look at its log, at the free space and at the rights of its folder. What is there can be seen, nothing can be revoked.',
  ],
  [
    /^BUSY(?!KEY|GROUP)/,
    'busy with a script',
    'busy',
    'A script runs without end. `redis-cli SCRIPT KILL` ends it, if it has written nothing yet.',
  ],
  [
    /^CLUSTERDOWN/,
    'the cluster is down',
    'cluster-down',
    'Some slots are served by nobody: bring the lost primary back, or let a replica take its place. `redis-cli --cluster check` tells which.',
  ],
  [
    /^READONLY/,
    'a read-only replica',
    'replica',
    'It is a replica, or has become one: let REDIS_URL name the primary, or use redis+sentinel://.',
  ],
  [
    /^OOM/,
    'out of memory',
    'out-of-memory',
    'It has reached `maxmemory` and evicts nothing: raise it, or let keys end. Sessions can be seen and revoked; what needs memory, such as an undo, is refused.',
  ],
  [
    /max number of clients/i,
    'too many clients',
    'too-many-clients',
    'It has reached `maxclients`: raise it, or find out with CLIENT LIST who holds the connections.',
  ],
  [/DB index|invalid DB/i, 'no such database', 'no-such-database', 'Correct the database in REDIS_URL.'],
  [/cluster support disabled/i, 'not a cluster', 'not-redis', 'Use redis:// in REDIS_URL, not redis+cluster://.'],
  [/All sentinels are unreachable/, 'no Sentinel knows its primary', 'unreachable', network],
  [/ECONNREFUSED/, 'refused', 'unreachable', network],
  [/ENOENT/, 'no such socket', 'unreachable', network],
  [/EACCES/, 'no access to the socket', 'unreachable', 'Let the user that Rollcall runs as open the socket.'],
  [/ENOTFOUND|EAI_AGAIN/, 'unknown host', 'unreachable', network],
  [/EHOSTUNREACH|ENETUNREACH/, 'unreachable', 'unreachable', network],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/,
    'its certificate is not trusted',
    'untrusted',
    'It has expired, names another host, or nobody here knows who signed it: renew it, or let NODE_EXTRA_CA_CERTS name a file with the authority.',
  ],
  [/EPROTO|^ERR_SSL/, 'no TLS there', 'not-redis', 'Use redis:// in REDIS_URL, or switch TLS on in Redis.'],
  [/ETIMEDOUT|Command timed out/, 'no answer', 'no-answer', `It stands still, or the way to it is cut. ${waiting}`],
  [/Protocol error|Unknown RESP/i, 'not a Redis', 'not-redis', 'Something else answers there: correct REDIS_URL.'],
]

/** What is wrong, from an error that was thrown: no host, user, key or password is in it. What nobody knows is a lost connection. */
export function troubleOf(error: unknown): Trouble {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = messageOf(error)
  for (const [pattern, what, name, advice] of known) {
    if (pattern.test(code) || pattern.test(text)) return { code: name, what, advice }
  }
  const deeper = error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : null
  return deeper === null || deeper === undefined
    ? { code: 'unknown', what: 'connection lost', advice: network }
    : troubleOf(deeper)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

/** What a Redis that answers says of itself by refusing commands, until it takes the same again. */
export type Complaints = {
  /** Of a command that was answered: the error, or null. */
  note(command: string, error: unknown): void
  current(): Trouble | null
  clear(): void
}

/** These pass through with one command and not with another; any other error of Redis is seen by every command, the watchdog's too. */
const partial: readonly Trouble['code'][] = ['out-of-memory', 'cannot-save', 'cluster-down', 'not-allowed']

export function createComplaints(): Complaints {
  let standing: { command: string; trouble: Trouble } | null = null
  return {
    note(name, error) {
      const command = name.toUpperCase()
      if (error === null) {
        if (command === standing?.command) standing = null
        return
      }
      if (!(error instanceof Error && error.name === 'ReplyError')) return
      const trouble = troubleOf(error)
      if (!partial.includes(trouble.code)) return
      const what = trouble.code === 'not-allowed' ? `${trouble.what}: ${command}` : trouble.what
      standing = { command, trouble: { ...trouble, what } }
    },
    current: () => standing?.trouble ?? null,
    clear() {
      standing = null
    },
  }
}
