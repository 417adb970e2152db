import type { Redis } from 'ioredis'
import { KnownError } from '@/lib/errors'
import type { Connection } from './connection'
import { isAnswer } from './errors'
import { isCluster } from './options'
import { countIssued, createPace, type Pace } from './pace'

/** Keys that Redis looks at in one SCAN of a sample. */
const sampleCount = 1000

/**
 * Every key that matches the pattern on these primaries, a batch a SCAN; an empty batch is not the end. Throws `KnownError` when the walk cannot be whole: a primary
 * was restarted, replaced or reconnected under it, or the set of primaries changed. A cursor means something to one process only.
 */
export async function* scanKeys(
  connection: Connection,
  pattern: string,
  signal: AbortSignal,
  rest: number,
): AsyncGenerator<Buffer[], void> {
  const nodes = primariesOf(connection)
  for (const node of nodes) yield* scanNode(node, createPace(node, connection.client, rest), pattern, signal)
  const names = (list: Redis[]) =>
    list
      .map(({ options }) => `${options.host}:${options.port}`)
      .sort()
      .join()
  if (names(primariesOf(connection)) !== names(nodes)) throw brokenWalk()
}

async function* scanNode(
  node: Redis,
  pace: Pace,
  pattern: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer[], void> {
  const losses = lossesOf(node)
  const before = losses.count
  const runId = await readRunId(node)
  let cursor = '0'
  do {
    signal.throwIfAborted()
    pace.begin()
    const [next, keys] = await scanOnce(node, cursor, pattern, pace.count())
    if (losses.count !== before) throw brokenWalk()
    cursor = next
    yield keys
    await pace.rest(signal)
  } while (cursor !== '0')
  if (losses.count !== before || (await readRunId(node)) !== runId) throw brokenWalk()
}

type Losses = { count: number }
const lossesByNode = new WeakMap<Redis, Losses>()

/** How often this socket was lost, counted from the first call on: one listener, however many sources are scanned over it. */
function lossesOf(node: Redis): Losses {
  const known = lossesByNode.get(node)
  if (known !== undefined) return known
  const losses = { count: 0 }
  lossesByNode.set(node, losses)
  node.on('close', () => {
    losses.count += 1
  })
  return losses
}

/** One step of a SCAN; without a pattern it gives every key. */
export async function scanOnce(
  node: Redis,
  cursor: string,
  pattern: string | null,
  count = sampleCount,
): Promise<[string, Buffer[]]> {
  const match = pattern === null ? [] : ['MATCH', pattern]
  const answer = await node.callBuffer('SCAN', cursor, ...match, 'COUNT', count)
  countIssued(node, 1)
  // SCAN answers a cursor and a list, always.
  const [next, keys] = answer as [Buffer, Buffer[]]
  return [next.toString(), keys]
}

/** Which process answers; null where INFO is refused or does not tell, then only a lost socket shows a change. */
async function readRunId(node: Redis): Promise<string | null> {
  try {
    return /^run_id:(\w+)/m.exec(await node.info('server'))?.[1] ?? null
  } catch (error) {
    if (isAnswer(error)) return null
    throw error
  }
}

/** The primaries that hold the keys between them, as they are known now. */
export function primariesOf({ client }: Connection): Redis[] {
  return isCluster(client) ? client.nodes('master') : [client]
}

function brokenWalk(): KnownError {
  return new KnownError('source-unavailable', 'The scan was broken off: Redis was replaced under it.', {
    cause: new Error('scan broken'),
    retryAfterMs: 1000,
  })
}
