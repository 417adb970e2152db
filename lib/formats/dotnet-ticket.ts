import { type Branch, branch } from '@/lib/session/tree'
import { maxNodes } from './limits'

/**
 * A ticket of .NET's `TicketSerializer`, fifth version. `claims`: of all identities, by type, several of one type as a list. `expiresOffset`: where the text of the property
 * `.expires` begins. `isCut`: it ended early, or held more than is kept.
 */
export type Ticket = { tree: Branch; claims: Branch; properties: Branch; expiresOffset: number; isCut: boolean }

class TicketFault extends Error {}

const mostActors = 8
const defaultText = '\0'
const defaultNameType = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name'
const versionBytes = 4

/** Null where not even the scheme stands there. Never throws; reads each byte once. */
export function readTicket(data: Buffer): Ticket | null {
  const identities: Branch[] = []
  const tree = branch()
  const ticket: Ticket = { tree, claims: branch(), properties: branch(), expiresOffset: -1, isCut: false }
  const reader = createReader(data)
  try {
    tree.scheme = reader.text()
    tree.identities = identities
    tree.properties = ticket.properties
    for (let left = reader.count(); left > 0; left--) readIdentity(reader, identities, ticket.claims, 0)
    reader.count()
    for (let left = reader.count(); left > 0; left--) {
      const name = reader.text()
      const value = reader.text()
      ticket.properties[name] = value
      if (name === '.expires') ticket.expiresOffset = reader.at() - Buffer.byteLength(value)
    }
  } catch (fault) {
    if (!(fault instanceof TicketFault)) throw fault
    ticket.isCut = true
  }
  return tree.scheme === undefined ? null : ticket
}

type Reader = ReturnType<typeof createReader>

function readIdentity(reader: Reader, identities: Branch[], all: Branch, actors: number): void {
  const claims = branch()
  const identity = branch()
  identities.push(identity)
  identity.authenticationType = reader.text()
  const nameType = reader.text(defaultNameType)
  reader.text()
  identity.claims = claims
  for (let left = reader.count(); left > 0; left--) {
    const type = reader.text(nameType)
    const value = reader.text()
    add(claims, type, value)
    if (actors === 0) add(all, type === nameType ? defaultNameType : type, value)
    // Its kind and its two issuers; then what an application noted about it.
    for (let rest = 0; rest < 3; rest++) reader.text()
    for (let notes = reader.count(); notes > 0; notes--) for (let rest = 0; rest < 2; rest++) reader.text()
  }
  if (reader.flag()) identity.bootstrapContext = reader.text()
  if (!reader.flag()) return
  if (actors === mostActors) throw new TicketFault()
  const inner: Branch[] = []
  identity.actor = inner
  readIdentity(reader, inner, all, actors + 1)
}

function add(claims: Branch, type: string, value: string): void {
  const before = claims[type]
  if (before === undefined) claims[type] = value
  else if (Array.isArray(before)) before.push(value)
  else claims[type] = [before, value]
}

/** .NET's BinaryReader from behind the version on. Its fault is thrown at the end of the bytes and where there are too many values. */
function createReader(data: Buffer) {
  let at = versionBytes
  let texts = 0
  const flag = () => {
    const byte = data[at++]
    if (byte === undefined) throw new TicketFault()
    return byte !== 0
  }
  const count = () => {
    if (at + 4 > data.length) throw new TicketFault()
    at += 4
    return data.readInt32LE(at - 4)
  }
  /** Groups of seven bits, at most five. */
  const length = () => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = data[at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new TicketFault()
  }
  const text = (standard = '') => {
    const end = length() + at
    if (end > data.length || ++texts > maxNodes) throw new TicketFault()
    const read = data.toString('utf8', at, end)
    at = end
    return read === defaultText ? standard : read
  }
  return { flag, count, text, at: () => at }
}
