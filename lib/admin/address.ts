import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * Next gives a route the client's address only as `x-forwarded-for`, and only where the client did not write that header itself. So each request is stamped as
 * Node takes it off the socket, under a name that is new in every process: nobody outside can know it, and a request that came too early bears no address.
 */
const place = globalThis as unknown as Record<symbol, string | undefined>
const nameKey = Symbol.for('rollcall.address-header')
const peerSuffix = '-peer'
const channel = 'http.server.request.start'

function headerName(): string {
  place[nameKey] ??= `x-address-${randomBytes(16).toString('hex')}`
  return place[nameKey]
}

/** Stamps every request from now on with the address of its socket or, behind a trusted proxy, with the last hop of X-Forwarded-For. Returns how to stop. */
export function stampAddresses({ trustsProxy }: { trustsProxy: boolean }): () => void {
  const name = headerName()
  const stamp = (message: unknown) => {
    // Node's own channel: the message is what its documentation names.
    const { request } = message as { request: IncomingMessage }
    const lastHop = trustsProxy ? request.headers['x-forwarded-for']?.toString().split(',').at(-1)?.trim() : undefined
    const peer = plainAddress(request.socket.remoteAddress) ?? ''
    request.headers[name] = plainAddress(lastHop) ?? peer
    request.headers[name + peerSuffix] = peer
  }
  subscribe(channel, stamp)
  return () => void unsubscribe(channel, stamp)
}

/** The client's address, or null where it is not known. */
export function addressOf(headers: Headers): string | null {
  return plainAddress(headers.get(headerName()) ?? undefined)
}

/** The machine at the other end of the socket, whatever headers say; null where it is not known. */
export function peerOf(headers: Headers): string | null {
  return plainAddress(headers.get(headerName() + peerSuffix) ?? undefined)
}

/** What one client can easily have many of counts as one: an IPv6 network of 64 bits. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.split('::')
  const start = head.split(':').filter((group) => group !== '')
  const end = tail.split(':').filter((group) => group !== '')
  const groups = address.includes('::') ? [...start, ...Array(8 - start.length - end.length).fill('0'), ...end] : start
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

function plainAddress(text: string | undefined): string | null {
  const address = text?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^\[(.+)\](:\d+)?$|^([\d.]+):\d+$/, '$1$3')
  return address !== undefined && isIP(address) > 0 ? address.toLowerCase() : null
}
