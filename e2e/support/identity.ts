import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Account, Provider } from 'oidc-provider'

/** People of the provider, by the name that they type there. */
const accounts: Record<string, Record<string, unknown>> = {
  ada: { preferred_username: 'ada', email: 'ada@example.com', groups: ['staff', 'rollcall-admins'] },
  otto: { preferred_username: 'otto', email: 'otto@example.com', groups: ['rollcall-operators'] },
  gast: { preferred_username: 'gast', email: 'gast@example.com', groups: ['visitors'] },
  namenlos: { groups: ['rollcall-admins'] },
}

/** The settings of a console that trusts this provider. */
export type Identity = { issuer: string; settings(publicUrl: string): Record<string, string>; stop(): Promise<void> }

/** A provider of its own, real but for its people, whose sign-in page asks for a name alone. `consoles`: origins whose console may send people here. */
export async function startIdentity(consoles: string[], { tellsAuthTime = true } = {}): Promise<Identity> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has this shape of address.
  const { port } = server.address() as AddressInfo
  const issuer = `http://localhost:${port}`
  const secret = 'the secret of this client'
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'rollcall',
        client_secret: secret,
        redirect_uris: consoles.map((origin) => `${origin}/api/login/openid/callback`),
        require_auth_time: tellsAuthTime,
      },
    ],
    claims: {
      openid: ['sub', ...(tellsAuthTime ? ['auth_time'] : [])],
      profile: ['preferred_username', 'groups'],
      email: ['email'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
    cookies: { keys: ['a key for the cookies of a test'] },
    async findAccount(_, id): Promise<Account | undefined> {
      const found = accounts[id]
      return found && { accountId: id, claims: async () => ({ sub: id, ...found }) }
    },
    async loadExistingGrant(context) {
      const { client, account } = context.oidc
      const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: account.accountId })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  })
  const answer = provider.callback()
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', issuer)
    if (!url.pathname.startsWith('/sign-in/')) return void answer(request, response)
    const name = url.searchParams.get('name')
    if (name === null) {
      response.setHeader('Content-Type', 'text/html')
      return void response.end(
        '<!doctype html><title>Provider</title><form><label>Name <input name="name"></label> <button>Sign in</button></form>',
      )
    }
    const result = name === '' ? { error: 'access_denied' } : { login: { accountId: name } }
    void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  })
  return {
    issuer,
    settings: (publicUrl) => ({
      PUBLIC_URL: publicUrl,
      ROLLCALL_OIDC_ISSUER: issuer,
      ROLLCALL_OIDC_CLIENT_ID: 'rollcall',
      ROLLCALL_OIDC_CLIENT_SECRET: secret,
      ROLLCALL_OIDC_NAME: 'Example ID',
      ROLLCALL_OIDC_ROLES: 'rollcall-admins=admin, rollcall-operators=operator',
    }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
