import { isTime } from '@/lib/session/lifetime'
import type { CompanionWrite, Decoded } from '@/lib/session/plan'
import type { RawSession } from '@/lib/session/raw'
import { isLeaf } from '@/lib/session/tree'
import type { SessionFormat } from './format'
import { canary } from './hostile'
import { maxDepth, maxNodes } from './limits'

const dayMs = 86_400_000
const prototypes = [Object, Array, String, Number, Map, Function].map((one) => one.prototype)
const cleanNames = prototypes.map((one) => Reflect.ownKeys(one).length)

/** Asks a format all that can be asked of it about one value, for tests; throws where an answer is none, or where a prototype was changed. */
export function tryEverything(format: SessionFormat, raw: RawSession): Decoded {
  format.recognises(raw)
  const related = format.related?.(raw) ?? []
  claim(related.length < 10, 'asks for too many related keys')
  claim(format.end?.(raw).companions.every(isWrite) ?? true, 'ends what is no key')
  const decoded = format.decode({ ...raw, related: related.map(() => Buffer.from('{"a":1}')) })
  if ('facts' in decoded) {
    checkTree(decoded.tree)
    const { createdAt, lastSeenAt, expiresAt } = decoded.facts
    for (const time of [createdAt, lastSeenAt, expiresAt]) claim(time === null || isTime(time), 'a time that is none')
  } else {
    const reason = 'unreadable' in decoded ? decoded.unreadable : decoded.noSession
    claim(/^It [\w\s(),.'-]+\.$/.test(reason) && !reason.includes(canary), `the reason ${reason}`)
  }
  const extension = format.extend?.(raw, raw.now + dayMs) ?? null
  if (extension !== null) {
    claim(extension.expiresAt <= raw.now + dayMs, 'extends further than was asked')
    claim((extension.companions ?? []).every(isWrite), 'writes to what is no key')
  }
  claim(arePrototypesClean(), 'a prototype was changed')
  return decoded
}

function arePrototypesClean(): boolean {
  return prototypes.every((one, index) => Reflect.ownKeys(one).length === cleanNames[index])
}

function isWrite({ key }: CompanionWrite): boolean {
  return Buffer.isBuffer(key) && key.length > 0
}

/** Nothing but what `session/tree.ts` names: no loop, no function, no object of a class, no number that JSON has not. */
function checkTree(tree: unknown): void {
  let nodes = 0
  const look = (value: unknown, depth: number): void => {
    claim(++nodes <= 4 * maxNodes, 'too many values')
    claim(depth <= maxDepth + 8, 'too deep')
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return
    claim(typeof value !== 'number' || Number.isFinite(value), 'a number that JSON has not')
    if (typeof value === 'number') return
    claim(typeof value === 'object', 'a value of no kind')
    if (isLeaf(value)) claim(typeof value.text === 'string', 'a leaf without a text')
    else {
      const prototype = Object.getPrototypeOf(value)
      const isPlain = Array.isArray(value) || prototype === null || prototype === Object.prototype
      claim(isPlain, 'an object of a class')
      for (const item of Object.values(value)) look(item, depth + 1)
    }
  }
  look(tree, 0)
}

function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`It answers with what is none: ${what}`)
}
