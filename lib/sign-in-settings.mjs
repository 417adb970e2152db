import { isIP } from 'node:net'

const loopback = ['localhost', '127.0.0.1', '[::1]']
const headerName = /^[a-z][a-z0-9-]{0,63}$/i
/** What a proxy or a client says of itself for other reasons: a name in one of these is nobody's word. */
const takenHeaders = ['authorization', 'cookie', 'host', 'origin', 'x-poll', 'x-nonce']

/** Sign-in by OpenID Connect, or null where `ROLLCALL_OIDC_ISSUER` is not set. */
export function readOpenId(reader, { publicUrl, roles }, faults) {
  const { secret, text } = reader
  const issuer = readIssuer(text('ROLLCALL_OIDC_ISSUER'), faults)
  const others = ['CLIENT_ID', 'NAME', 'ROLE_CLAIM', 'ROLES', 'USERNAME_CLAIM', 'SCOPES'].map(
    (name) => `ROLLCALL_OIDC_${name}`,
  )
  const clientSecret = secret('ROLLCALL_OIDC_CLIENT_SECRET') ?? null
  if (issuer === null) {
    if (text('ROLLCALL_OIDC_ISSUER') !== undefined) return null
    const left = others.filter((name) => text(name) !== undefined)
    if (clientSecret !== null) left.push('ROLLCALL_OIDC_CLIENT_SECRET')
    if (left.length > 0) faults.push(`${left.join(', ')} needs ROLLCALL_OIDC_ISSUER beside it.`)
    return null
  }
  const clientId = text('ROLLCALL_OIDC_CLIENT_ID') ?? ''
  if (clientId === '') faults.push('ROLLCALL_OIDC_ISSUER needs ROLLCALL_OIDC_CLIENT_ID beside it.')
  if (publicUrl === null) faults.push('ROLLCALL_OIDC_ISSUER needs PUBLIC_URL: the provider sends people back to it.')
  else if (!isSafe(new URL(publicUrl))) faults.push('ROLLCALL_OIDC_ISSUER needs a PUBLIC_URL with https.')
  const name = text('ROLLCALL_OIDC_NAME') ?? 'single sign-on'
  if ([...name].length > 40 || /\p{C}/u.test(name)) {
    faults.push(`ROLLCALL_OIDC_NAME must be a name of at most 40 characters, ${not(name)}.`)
  }
  const scopes = (text('ROLLCALL_OIDC_SCOPES') ?? 'openid profile email').split(/\s+/)
  if (!scopes.includes('openid') || scopes.some((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    faults.push(`ROLLCALL_OIDC_SCOPES must be scopes separated by spaces, openid among them, ${not(scopes.join(' '))}.`)
  }
  return {
    issuer,
    clientId,
    clientSecret,
    name,
    scopes,
    roleClaim: text('ROLLCALL_OIDC_ROLE_CLAIM') ?? 'groups',
    roles: readRoles(text('ROLLCALL_OIDC_ROLES'), roles, faults),
    usernameClaim: text('ROLLCALL_OIDC_USERNAME_CLAIM') ?? null,
  }
}

function readIssuer(value, faults) {
  if (value === undefined) return null
  const url = URL.canParse(value) ? new URL(value) : null
  if (url && isSafe(url) && url.username === '' && url.password === '' && !/[?#\s]/.test(value)) return value
  faults.push('ROLLCALL_OIDC_ISSUER must be an https address without password, ? and #; http only on this machine.')
  return null
}

function readRoles(value, roles, faults) {
  const entries = (value ?? '').split(',').flatMap((entry) => (entry.trim() === '' ? [] : entry.trim()))
  if (entries.length === 0) {
    faults.push('ROLLCALL_OIDC_ISSUER needs ROLLCALL_OIDC_ROLES, such as rollcall-admins=admin: nobody could sign in.')
  }
  return entries.map((entry) => {
    const cut = entry.lastIndexOf('=')
    const [named, role] = [entry.slice(0, Math.max(cut, 0)).trim(), entry.slice(cut + 1).trim()]
    if (named === '' || !roles.includes(role)) {
      faults.push(
        `ROLLCALL_OIDC_ROLES must be value=role, separated by commas; roles are ${roles.join(', ')}; ${not(entry)}.`,
      )
    }
    return { value: named, role }
  })
}

/** Sign-in by what a reverse proxy says in a header, or null where `ROLLCALL_PROXY_USER_HEADER` is not set. */
export function readProxy({ text }, { roles }, faults) {
  const userHeader = text('ROLLCALL_PROXY_USER_HEADER')?.toLowerCase()
  const roleHeader = text('ROLLCALL_PROXY_ROLE_HEADER')?.toLowerCase() ?? null
  const role = text('ROLLCALL_PROXY_ROLE') ?? null
  const peers = text('ROLLCALL_PROXY_PEERS')
    ?.split(',')
    .map((peer) => peer.trim())
  if (userHeader === undefined) {
    if (roleHeader !== null || role !== null || peers !== undefined) {
      faults.push(
        'ROLLCALL_PROXY_PEERS, ROLLCALL_PROXY_ROLE and ROLLCALL_PROXY_ROLE_HEADER need ROLLCALL_PROXY_USER_HEADER.',
      )
    }
    return null
  }
  for (const [name, header] of Object.entries({ USER_HEADER: userHeader, ROLE_HEADER: roleHeader })) {
    if (header === null || (headerName.test(header) && !takenHeaders.includes(header))) continue
    faults.push(`ROLLCALL_PROXY_${name} must be the name of a header such as X-Forwarded-User, ${not(header)}.`)
  }
  if (userHeader === roleHeader) faults.push('ROLLCALL_PROXY_USER_HEADER and ROLLCALL_PROXY_ROLE_HEADER are the same.')
  if ((roleHeader === null) === (role === null)) {
    faults.push(
      'ROLLCALL_PROXY_USER_HEADER needs either ROLLCALL_PROXY_ROLE_HEADER or one ROLLCALL_PROXY_ROLE for all.',
    )
  }
  if (role !== null && !roles.includes(role)) {
    faults.push(`ROLLCALL_PROXY_ROLE must be one of ${roles.join(', ')}, ${not(role)}.`)
  }
  if (peers === undefined) {
    faults.push(
      'ROLLCALL_PROXY_USER_HEADER needs ROLLCALL_PROXY_PEERS, the addresses of the proxy: anybody could forge the header.',
    )
  }
  for (const peer of peers ?? []) {
    if (toSubnet(peer) !== null) continue
    faults.push(
      `ROLLCALL_PROXY_PEERS must be addresses or ranges such as 10.0.0.0/8, separated by commas, ${not(peer)}.`,
    )
  }
  return { userHeader, roleHeader, role, peers: peers ?? [] }
}

export function toSubnet(peer) {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(peer) ?? []
  const version = isIP(address)
  const whole = version === 4 ? 32 : 128
  const length = bits === undefined ? whole : Number(bits)
  if (version === 0 || address.includes('%') || length < 1 || length > whole) return null
  return { address, length, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Whether nobody on the way can read or change what goes there. */
function isSafe({ protocol, hostname }) {
  return protocol === 'https:' || (protocol === 'http:' && loopback.includes(hostname))
}

const not = (value) => `not ${JSON.stringify(value.slice(0, 60))}`
