import { createSealedFormat } from './sealed'

/**
 * oauth2-proxy: the cookie's name and 32 digits, and a value by AES-GCM under a secret that only the cookie holds, so nobody can read it here. To end it leads to the sign-in page, where the
 * provider may let the person in without asking. An extension cannot go past the time that the cookie is signed for. Sources: oauth2-proxy 7.15
 * `pkg/sessions/persistence/{manager,ticket}.go`, `pkg/sessions/redis/redis_store.go`.
 */
export const oauth2Proxy = createSealedFormat({
  id: 'oauth2-proxy',
  label: 'oauth2-proxy',
  usualKeys: [/^(_oauth2_proxy-)[0-9a-f]{32}$/],
  companionKeys: /oauth2?_proxy[\w.-]*-[0-9a-f]{32}\.lock$/,
  // Whoever names the cookie otherwise says so with the prefix.
  keys: /oauth2?[_-]?proxy[\w.-]*-[0-9a-f]{32}$/,
  unreadable: 'It is encrypted with a secret that only the cookie in the browser holds, so whose it is cannot be told.',
  end: ({ key }) => ({
    invalidation: null,
    companions: [{ deed: 'remove', key: Buffer.concat([key, Buffer.from('.lock')]) }],
  }),
  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
})
