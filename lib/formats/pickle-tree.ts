import { type Branch, isLeaf, leaf, typeNameOf } from '@/lib/session/tree'
import { maxDepth } from './limits'
import { Global, nameOfKey } from './pickle-object'

/** A class that is a value is shown by its name. */
export const settled = (value: unknown) => (value instanceof Global ? leaf('class', value.name) : value)

/** Keys and values in turn, from `first` on. False: what is to take them cannot. */
export function setItems(target: unknown, items: unknown[], first = 0): boolean {
  // A leaf stands for an object whose members are of no interest, or for one that stands elsewhere.
  if (!isBranch(target) || (items.length - first) % 2 !== 0) return isLeaf(target)
  for (let n = first; n < items.length; n += 2) target[nameOfKey(items[n])] = settled(items[n + 1])
  return true
}

/** False: what is to take them cannot. */
export function addItems(target: unknown, items: unknown[]): boolean {
  if (Array.isArray(target)) for (const item of items) target.push(settled(item))
  else if (isBranch(target))
    target.items = [...(Array.isArray(target.items) ? target.items : []), ...items.map(settled)]
  else return isLeaf(target)
  return true
}

/** What an object is given as its state. False: it cannot have one. */
export function setState(target: unknown, state: unknown): boolean {
  if (!isBranch(target)) return isLeaf(target)
  if (isPlainDict(state)) for (const name of Object.keys(state)) target[name] = state[name]
  else target.state = settled(state)
  return true
}

/** A dict, not the state of an object of a class. */
export function isPlainDict(value: unknown): value is Branch {
  return isBranch(value) && typeNameOf(value) === null
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null
}

/** Whether lists and objects nest deeper than `limits.ts` says. */
export function isDeep(tree: unknown, depth = 0): boolean {
  if (typeof tree !== 'object' || tree === null) return false
  if (Array.isArray(tree)) {
    if (depth > maxDepth) return true
    for (const value of tree) if (isDeep(value, depth + 1)) return true
  } else if (isBranch(tree)) {
    if (depth > maxDepth) return true
    for (const name in tree) if (isDeep(tree[name], depth + 1)) return true
  }
  return false
}
