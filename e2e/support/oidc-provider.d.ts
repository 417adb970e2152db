/** The parts that the tests use of a package that comes without types. */

declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
  export type Account = { accountId: string; claims(): Promise<Record<string, unknown> & { sub: string }> }
  type Grant = { addOIDCScope(scope: string): void; save(): Promise<string> }
  type Context = {
    oidc: { client: { clientId: string }; account: Account; provider: { Grant: new (of: object) => Grant } }
  }
  export class Provider {
    constructor(
      issuer: string,
      settings: {
        clients: object[]
        claims: Record<string, string[]>
        features: { devInteractions: { enabled: boolean } }
        interactions: { url(context: Context, interaction: { uid: string }): string }
        cookies: { keys: string[] }
        findAccount(context: Context, id: string): Promise<Account | undefined>
        loadExistingGrant(context: Context): Promise<Grant>
      },
    )
    callback(): RequestListener
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
      options: { mergeWithLastSubmission: boolean },
    ): Promise<void>
  }
}
