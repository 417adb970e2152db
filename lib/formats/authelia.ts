import { createSealedFormat } from './sealed'

/**
 * Authelia, through fasthttp/session: 32 characters behind a fixed prefix, and a value by AES-GCM under the `session.secret` of its configuration. Every save sets the TTL again, and the
 * inactivity limit stands inside. Sources: authelia 4.39 `internal/session/{provider_config,encrypting_serializer}.go`, `internal/utils/crypto.go`.
 */
export const authelia = createSealedFormat({
  id: 'authelia',
  label: 'Authelia',
  usualKeys: [/^(authelia-session:)[\w!#$%^*-]{32}$/],
  companionKeys: null,
  keys: /authelia-session:[\w!#$%^*-]{32}$/,
  unreadable: "It is encrypted with the secret of Authelia's own configuration, so whose it is cannot be told.",
  notReached: { extend: ['app-timeout', 'browser-cookie'], revoke: ['in-flight-requests', 'open-sockets'] },
})
