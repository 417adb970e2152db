/** What a reply that fails says: an error that Redis gives for a while, and not for good. */
const failure = Buffer.from('-LOADING Redis is loading the dataset in memory\r\n')
const lineEnd = Buffer.from('\r\n')

/**
 * For the bytes of one connection that come from Redis (RESP2), whole replies at a time: each is replaced by an error with the chance that `share` says now. What Redis tells by itself, the messages of
 * its channels, is no reply and passes. The first bytes of a reply that is not whole yet are kept back.
 */
export function failReplies(
  random: () => number,
  share: () => number,
  counts: { replies: number; failedReplies: number },
): (chunk: Buffer) => Buffer {
  let kept: Buffer = Buffer.alloc(0)
  return (chunk) => {
    // Where nothing is to fail nothing is looked at: what comes may be no RESP at all.
    if (share() === 0 && kept.length === 0) return chunk
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
    const passed: Buffer[] = []
    for (let end = endOfReply(kept, 0); end > 0; end = endOfReply(kept, 0)) {
      const reply = kept.subarray(0, end)
      kept = kept.subarray(end)
      const isMessage = /^\*[34]\r\n\$[78]\r\n[ps]?message\r\n/.test(reply.toString('latin1', 0, 32))
      counts.replies += 1
      const fails = !isMessage && random() < share()
      if (fails) counts.failedReplies += 1
      passed.push(fails ? failure : reply)
    }
    return Buffer.concat(passed)
  }
}

/** Where the reply that begins at `from` ends, or -1 while it is not whole. */
function endOfReply(bytes: Buffer, from: number): number {
  const lineAt = bytes.indexOf(lineEnd, from)
  if (lineAt < 0) return -1
  const next = lineAt + lineEnd.length
  const kind = String.fromCharCode(bytes[from] ?? 0)
  const size = Number(bytes.toString('latin1', from + 1, lineAt))
  if (kind === '$') {
    if (size < 0) return next
    const end = next + size + lineEnd.length
    return end <= bytes.length ? end : -1
  }
  if (kind !== '*') return next
  let end = next
  for (let index = 0; index < size && end > 0; index += 1) end = endOfReply(bytes, end)
  return end
}

/** Numbers from 0 to 1 that look like chance and are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
