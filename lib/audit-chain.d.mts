/** The Redis stream in the home that holds the audit. */
export const auditStream: string

/**
 * What ties an entry to the one before it. Each process has a chain of its own in the one stream. `seq` counts every entry that was tried; `lost`: how many
 * before this one are not known to have reached the stream, so the one before is `seq - 1 - lost`. `previous` is that one's hash, `previousId` where it stands.
 */
export type Link = { chain: string; seq: number; previous: string | null; previousId: string | null; lost: number }

/** An entry's link as read from the stream. `chain` null: it has none. `isIntact`: its hash fits every byte of it. */
export type ReadLink = Omit<Link, 'chain'> & { id: string; chain: string | null; hash: string; isIntact: boolean }

export type ChainFault = { id: string; chain: string | null; seq: number; what: string }

/** `head`: the hash of the newest entry; who keeps it elsewhere can tell later that nothing up to it was changed. */
export type ChainSummary = { chain: string; entries: number; first: number; last: number; lost: number; head: string }

/** The entry with its link and its hash as canonical JSON: the text for the stream. Pure. */
export function seal(entry: object, link: Link): { text: string; hash: string }

/** What one element of the stream says of its place. Pure; never throws. */
export function readLink(id: string, fields: string[]): ReadLink

/**
 * Whether the entries, oldest first, are as they were written: every edit, gap and reorder, and each chain's extent. What is missing before the oldest entry was
 * trimmed and is no fault. `unchained`: entries from before there were chains. `lastId`: the last id that the stream ever gave, null where nobody can tell. Pure.
 */
export function verify(
  links: ReadLink[],
  lastId: string | null,
): { faults: ChainFault[]; unchained: number; chains: ChainSummary[] }

/** The id just below this one, for reading on towards the old end. Pure. */
export function idBefore(id: string): string
