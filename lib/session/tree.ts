/**
 * A decoded payload as plain values: null, booleans, numbers, texts, lists, and objects without a prototype. What JSON has no word for is a leaf with a type, and an object may
 * bear the name of its class. Both stand behind a symbol, so that no name in a payload can pass for one.
 */
export const typeOf = Symbol('type')

/** A value that JSON cannot hold, as a text and what it is: `datetime`, `bytes`, `symbol`, `reference` … */
export type Leaf = { readonly [typeOf]: string; readonly text: string }

export type Branch = { [name: string]: unknown; [typeOf]?: string }

const mostBytesShown = 256

/** What JSON has no word for: its type, and a text that tells it. */
export function leaf(type: string, text: string): Leaf {
  return { [typeOf]: type, text }
}

/** Bytes that are no text, as hexadecimal; of long ones the beginning, and how many there are. */
export function bytesLeaf(bytes: Buffer): Leaf {
  const isLong = bytes.length > mostBytesShown
  const shown = bytes.toString('hex', 0, mostBytesShown)
  return leaf(isLong ? `first ${mostBytesShown} of ${bytes.length} bytes` : 'bytes', shown)
}

/** An object to be filled; `type`: the name of its class, where it has one. Names like `__proto__` are names there. */
export function branch(type: string | null = null): Branch {
  const object: Branch = Object.create(null)
  if (type !== null) object[typeOf] = type
  return object
}

/** Whether this stands for such a value; a payload cannot pass for one. */
export function isLeaf(value: unknown): value is Leaf {
  return typeof value === 'object' && value !== null && typeOf in value && 'text' in value && !isBranch(value)
}

/** Branches have no prototype, leaves have one. */
function isBranch(value: object): boolean {
  return Object.getPrototypeOf(value) === null
}

/** The class of an object or the type of a leaf; null for all else. */
export function typeNameOf(value: object): string | null {
  const type: unknown = Reflect.get(value, typeOf)
  return typeof type === 'string' ? type : null
}

/** On the wire a type is the name `#type`, a leaf's text `#value`; a payload's own names that begin with `#` get one more. */
export function wireName(name: string): string {
  return name.startsWith('#') ? `#${name}` : name
}

/** The tree as JSON can carry it. Nothing is masked: for tests, and for the one who masks. */
export function toWire(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(toWire)
  if (typeof tree !== 'object' || tree === null) return tree
  if (isLeaf(tree)) return { '#type': tree[typeOf], '#value': tree.text }
  const copy: Record<string, unknown> = Object.create(null)
  const type = typeNameOf(tree)
  if (type !== null) copy['#type'] = type
  for (const [name, value] of Object.entries(tree)) copy[wireName(name)] = toWire(value)
  return copy
}
