import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What this provider does otherwise than it should. */
export type Lies = {
  /** Claims of the ID token in place of the true ones; undefined leaves one out. */
  claims?: Record<string, unknown>
  /** In place of what `discovery` would say. */
  metadata?: Record<string, unknown>
  /** Another key signs. */
  isForged?: true
  /** Nothing is ever answered at this path. */
  silentAt?: string
  /** The token endpoint answers this, with status 400. */
  error?: string
}

/** A provider that can be told what to lie about: the least of the protocol, without people or pages. `code` is what a browser would bring back from it. */
export async function startLiar() {
  const [own, foreign] = [generate(), generate()]
  let lies: Lies = {}
  const challenges = new Map<string, { challenge: string; nonce: string }>()
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', issuer)
    if (pathname === lies.silentAt) return
    if (pathname === '/.well-known/openid-configuration')
      return answer(response, 200, { ...metadata, ...lies.metadata })
    if (pathname === '/keys')
      return answer(response, 200, { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', alg: 'RS256' }] })
    if (pathname !== '/token') return answer(response, 404, {})
    let body = ''
    for await (const chunk of request) body += chunk
    const form = new URLSearchParams(body)
    const code = form.get('code') ?? ''
    const known = challenges.get(code)
    challenges.delete(code)
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (lies.error !== undefined)
      return answer(response, 400, { error: lies.error, error_description: 'canary-of-the-provider' })
    if (known === undefined || known.challenge !== verifier) return answer(response, 400, { error: 'invalid_grant' })
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      ...{
        iss: issuer,
        aud: 'rollcall',
        sub: 'subject-1',
        iat: now,
        exp: now + 300,
        auth_time: now,
        nonce: known.nonce,
      },
      ...{ preferred_username: 'lia', groups: ['rollcall-admins'] },
      ...lies.claims,
    }
    const key = lies.isForged ? foreign.privateKey : own.privateKey
    answer(response, 200, { access_token: 'access', token_type: 'Bearer', id_token: tokenOf(claims, key) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has this shape of address.
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  return {
    issuer,
    lie(about: Lies) {
      lies = about
    },
    /** What a browser that was sent to `location` brings back. */
    answerTo(location: string): URLSearchParams {
      const asked = new URL(location).searchParams
      const code = randomUUID()
      challenges.set(code, { challenge: asked.get('code_challenge') ?? '', nonce: asked.get('nonce') ?? '' })
      return new URLSearchParams({ code, state: asked.get('state') ?? '' })
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const generate = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

function tokenOf(claims: object, key: KeyObject): string {
  const parts = [{ alg: 'RS256', kid: 'own' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return `${parts.join('.')}.${sign('sha256', Buffer.from(parts.join('.')), key).toString('base64url')}`
}

function answer(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}
