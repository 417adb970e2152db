import { BlockList, isIP } from 'node:net'
import { type Role, roles } from '@/lib/contract/login'
import { type ProxySetting, toSubnet } from '@/lib/sign-in-settings.mjs'
import { peerOf } from './address'
import { nameOf, plainName } from './grant'

/** Whom a proxy vouches for in this very request. */
export type Vouched = { username: string; role: Role }

/**
 * Reads in a request's headers whom the proxy vouches for; null: nobody. Only the machine at the other end of the socket counts, whatever addresses a header tells, and a
 * name or role that came twice or is none is nobody's.
 */
export function createVoucher(setting: ProxySetting | null): (headers: Headers) => Vouched | null {
  if (setting === null) return () => null
  const { userHeader, roleHeader, role, peers } = setting
  const trusted = new BlockList()
  for (const peer of peers) {
    const subnet = toSubnet(peer)
    if (subnet !== null) trusted.addSubnet(subnet.address, subnet.length, subnet.family)
  }
  return (headers) => {
    const peer = peerOf(headers)
    if (peer === null || !trusted.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4')) return null
    const said = headers.get(userHeader)
    // Two headers of one name are joined by a comma: the client's own, and the proxy's.
    const name = said?.includes(',') ? null : plainName(said)
    const given = roleHeader === null ? role : headers.get(roleHeader)
    const known = roles.find((one) => one === given)
    return name === null || known === undefined ? null : { username: nameOf('proxy', name), role: known }
  }
}
