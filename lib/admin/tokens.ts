import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import * as z from 'zod/mini'
import type { Audit } from '@/lib/audit'
import type { EndAnswer } from '@/lib/contract/console-session'
import { Role } from '@/lib/contract/login'
import type { TokenCreated, TokenInput, TokenList, TokenRow } from '@/lib/contract/token'
import { KnownError } from '@/lib/errors'
import type { Log } from '@/lib/log'
import type { Connection } from '@/lib/redis/connection'
import { type AdminActor, noteDeed, unknownEnd } from './actor'
import { isToken, needFresh } from './admin'
import type { FoundAdmin } from './admins'
import { createHeldHash, versionOf } from './held-hash'
import { lesserRole } from './roles'
import { createSightings } from './sightings'

/** By this secret scanners know it. What follows is 256 bits. */
const secretPrefix = 'rollcall_'
const secretShape = /^rollcall_[\w-]{43}$/
const tokensKey = 'rollcall:tokens'
const mostTokens = 200
const seenEveryMs = 60_000

/** `digest`: SHA-256 of the secret. It is random enough that nothing slower is needed, and the secret itself is nowhere. */
const KeptToken = z.object({
  digest: z.string().check(z.regex(/^[\w-]{43}$/)),
  role: Role,
  createdBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
})
type KeptToken = z.infer<typeof KeptToken>

/** What lets a script in. A token ends at its expiry, when it is revoked, and while its creator is no admin; it may never do more than they may. */
export type Tokens = {
  /** Throws `source-unavailable` when nobody can tell. Costs Redis nothing as a rule. */
  list(): Promise<TokenList>
  /** The only time that the secret is told. Throws `conflict` for a name that is taken, `forbidden` for a role above the creator's and for a token that asks, `reauth-required`. */
  create(actor: AdminActor, input: TokenInput): Promise<TokenCreated>
  /** Nothing is opened by it any more, here at once and elsewhere as soon as Redis has told. Throws `not-found`. */
  revoke(actor: AdminActor, name: string): Promise<EndAnswer>
  /** Whom this secret stands for, or null. Throws when nobody can tell. Costs Redis nothing as a rule; one write a minute for when it was last used. */
  find(secret: string, ip: string | null): Promise<FoundAdmin | null>
  start(): void
  close(): void
}

type TokensOptions = {
  home: Connection
  log: Log
  audit: Audit
  /** What somebody may do now who was there at `since`; null: they are no admin. */
  roleOf(username: string, since: number): Role | null
}

export function createTokens({ home, log, audit, roleOf }: TokensOptions): Tokens {
  const parse = (value: unknown) => KeptToken.safeParse(value).data ?? null
  const tokens = createHeldHash<KeptToken>({ home, key: tokensKey, parse })
  const uses = createSightings({ home, key: `${tokensKey}:used`, everyMs: seenEveryMs, log })

  function toRow(name: string, token: KeptToken, used: { at: number; ip: string | null } | null): TokenRow {
    const { createdBy, createdAt, expiresAt } = token
    const role = roleOf(createdBy, createdAt)
    const state = role === null ? 'stopped' : expiresAt <= home.now() ? 'expired' : 'active'
    // Of a token that had this name before.
    const last = used !== null && used.at >= createdAt ? used : null
    const seen = { lastUsedAt: last?.at ?? null, lastUsedIp: last?.ip ?? null }
    return { name, state, role: lesserRole(token.role, role ?? token.role), createdBy, createdAt, expiresAt, ...seen }
  }

  return {
    async list() {
      const [values, usedAt] = await Promise.all([tokens.readTrue(), uses.read()])
      const rows = [...values].map(([name, token]) => toRow(name, token, usedAt(name)))
      rows.sort((a, b) => b.createdAt - a.createdAt || a.name.localeCompare(b.name))
      return { version: versionOf(rows), now: home.now(), rows }
    },

    create(actor, { name, role, expiresInMs }) {
      const { username } = actor.admin
      const about = `${name}, ${role}, for ${Math.round(expiresInMs / 86_400_000)} d`
      return noteDeed(audit, actor, { deed: 'token.create', about }, async () => {
        // What leaked must not be able to outlive its own expiry.
        if (isToken(username)) throw new KnownError('forbidden', 'A token makes no tokens; an admin does.')
        // Whether they still are an admin is known only while they are here, and a token asks later.
        if (actor.admin.by !== undefined) {
          throw new KnownError('forbidden', 'Only an account of this console makes tokens: they end with it.')
        }
        if (lesserRole(role, actor.admin.role) !== role) {
          throw new KnownError('forbidden', 'A token may not do more than whoever creates it.')
        }
        needFresh(actor.admin, { now: home.now(), what: 'make a token' })
        const { values } = await tokens.read()
        if (values.size >= mostTokens) {
          throw new KnownError('conflict', `There are ${mostTokens} tokens already. Revoke some first.`)
        }
        await uses.keepOnly(values.keys())
        const secret = secretPrefix + randomBytes(32).toString('base64url')
        const createdAt = home.now()
        const digest = digestOf(secret).toString('base64url')
        const token: KeptToken = { digest, role, createdBy: username, createdAt, expiresAt: createdAt + expiresInMs }
        if (!(await tokens.add(name, token))) throw new KnownError('conflict', 'There is a token of this name already.')
        return { token: toRow(name, token, null), secret }
      })
    },

    async revoke(actor, name) {
      const { values } = await tokens.read()
      if (!values.has(name)) throw new KnownError('not-found', 'There is no such token.')
      return noteDeed<EndAnswer>(
        audit,
        actor,
        { deed: 'token.revoke', about: name, unanswered: unknownEnd },
        async () => {
          const removed = await tokens.remove([name])
          await uses.forget([name])
          if (removed === 0) return { outcome: 'already-gone', reason: 'It had been revoked already.' }
          return { outcome: 'done', reason: null }
        },
      )
    },

    async find(secret, ip) {
      const { values, isVerified } = await tokens.read()
      const digest = digestOf(secret)
      let found: [name: string, token: KeptToken] | null = null
      // All of them are compared, each in constant time: how long it takes tells nothing.
      for (const one of values) if (timingSafeEqual(Buffer.from(one[1].digest, 'base64url'), digest)) found = one
      if (found === null && !isVerified) throw new KnownError('source-unavailable', 'The home Redis does not answer.')
      if (found === null || !secretShape.test(secret)) return null
      const row = toRow(...found, null)
      if (row.state !== 'active') return null
      if (isVerified) uses.see(row.name, { at: home.now(), ip })
      const { role, expiresAt } = row
      const username = `token:${row.name} by ${row.createdBy}`
      return { username, role, idleExpiresAt: expiresAt, absoluteExpiresAt: expiresAt, isVerified }
    },

    start() {
      tokens.start()
      uses.start()
    },
    close() {
      tokens.close()
      uses.close()
    },
  }
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
