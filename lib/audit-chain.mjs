import { createHash } from 'node:crypto'

/** @typedef {import('./audit-chain.d.mts').ReadLink} ReadLink */

export const auditStream = 'rollcall:audit'

export function seal(entry, link) {
  const body = { ...entry, ...link }
  const hash = hashOf(body)
  return { text: canonical({ ...body, hash }), hash }
}

export function readLink(id, fields) {
  const [name, text] = fields
  const alone = { id, chain: null, seq: 0, previous: null, previousId: null, lost: 0, hash: '', isIntact: false }
  const value = name === 'entry' && fields.length === 2 ? parse(text) : null
  if (value === null || !hasLink(value)) return alone
  const { hash, ...body } = value
  const { chain, seq, previous, previousId, lost } = body
  return {
    id,
    chain,
    seq,
    previous,
    previousId,
    lost,
    hash,
    isIntact: canonical(value) === text && hashOf(body) === hash,
  }
}

export function verify(links, lastId) {
  /** @type {Map<string, Map<number, ReadLink & { index: number }>>} */
  const chains = new Map()
  const faults = []
  const find = (link, what) => faults.push({ id: link.id, chain: link.chain, seq: link.seq, what })
  const firstChained = links.findIndex(({ chain }) => chain !== null)

  links.forEach((link, index) => {
    if (link.chain === null) {
      if (firstChained !== -1 && index > firstChained) find(link, 'belongs to no chain: edited, or not from Rollcall')
      return
    }
    if (!link.isIntact) find(link, 'was edited: its hash does not fit what it says')
    const chain = chains.get(link.chain) ?? new Map()
    chains.set(link.chain, chain)
    if (chain.has(link.seq)) find(link, `stands there twice, also as ${chain.get(link.seq).id}`)
    else chain.set(link.seq, { ...link, index })
  })

  const oldest = links[0]?.id ?? null
  for (const chain of chains.values()) {
    for (const link of chain.values()) {
      const what = whatIsWrong(link, chain, oldest)
      if (what !== null) find(link, what)
    }
  }
  const newest = links.at(-1)?.id ?? null
  if (lastId !== null && lastId !== '0-0' && (newest === null || compareIds(newest, lastId) < 0)) {
    faults.push({ id: lastId, chain: null, seq: 0, what: 'was the newest entry and is gone' })
  }
  return {
    faults: faults.sort((a, b) => compareIds(a.id, b.id)),
    unchained: firstChained === -1 ? links.length : firstChained,
    chains: [...chains].map(([chain, bySeq]) => summarise(chain, [...bySeq.values()])),
  }
}

/** Why this entry does not follow the one before it; null where it does, or where that one was trimmed at the old end. */
function whatIsWrong(link, chain, oldest) {
  const before = link.seq - 1 - link.lost
  if (before < 1)
    return link.previous === null ? null : 'says that it is the first of its chain, and names one before it'
  const earlier = chain.get(before)
  if (earlier === undefined) {
    const isTrimmed = link.previousId !== null && compareIds(link.previousId, oldest) < 0
    return isTrimmed ? null : `is there, but entry ${before} before it was removed`
  }
  if (earlier.hash !== link.previous) return `does not follow entry ${before} as it stands now: that one was replaced`
  if (earlier.id !== link.previousId)
    return `followed entry ${before} at ${link.previousId}, which now stands at ${earlier.id}`
  return earlier.index < link.index ? null : `stands before entry ${before}, which it followed`
}

function summarise(chain, links) {
  const first = links.reduce((a, b) => (b.seq < a.seq ? b : a))
  const last = links.reduce((a, b) => (b.seq > a.seq ? b : a))
  const lost = links.reduce((sum, link) => sum + link.lost, 0)
  return { chain, entries: links.length, first: first.seq, last: last.seq, lost, head: last.hash }
}

export function idBefore(id) {
  const [ms, part] = id.split('-').map(BigInt)
  return part > 0n ? `${ms}-${part - 1n}` : `${ms - 1n}-${2n ** 64n - 1n}`
}

function compareIds(a, b) {
  const [aMs, aPart] = a.split('-').map(BigInt)
  const [bMs, bPart] = b.split('-').map(BigInt)
  const difference = aMs === bMs ? aPart - bPart : aMs - bMs
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The same value is always the same text: names in order, no spaces. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const names = Object.keys(value).filter((name) => value[name] !== undefined)
  return `{${names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
    .join(',')}}`
}

function hashOf(body) {
  return createHash('sha256').update(canonical(body)).digest('base64url')
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    // Whatever stands there is no entry; it is told as one that belongs to no chain.
    return null
  }
}

function hasLink(value) {
  if (typeof value !== 'object' || value === null) return false
  const { chain, seq, previous, previousId, lost, hash } = value
  const isStreamId = previousId === null || (typeof previousId === 'string' && /^\d{1,20}-\d{1,20}$/.test(previousId))
  const isText = typeof chain === 'string' && typeof hash === 'string' && isStreamId
  return isText && (previous === null || typeof previous === 'string') && isCount(seq, 1) && isCount(lost, 0)
}

function isCount(value, least) {
  return Number.isSafeInteger(value) && value >= least
}
