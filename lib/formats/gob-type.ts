import { isObject, own } from './json'

type Field = { name: string; id: number }

/** A type of gob: one of its own, or one that the stream defines. `encoded`: bytes that a type's own encoder wrote. */
export type GobType =
  | { kind: 'bool' | 'int' | 'uint' | 'float' | 'bytes' | 'string' | 'complex' | 'interface' }
  | { kind: 'struct'; name: string; fields: readonly Field[] }
  | { kind: 'map'; key: number; element: number }
  | { kind: 'list'; element: number }
  | { kind: 'encoded'; name: string }

const [int, string] = [2, 6]
const struct = (...fields: [name: string, id: number][]): GobType & { kind: 'struct' } => ({
  kind: 'struct',
  name: '',
  fields: fields.map(([name, id]) => ({ name, id })),
})
const [arrayId, commonId, sliceId, structId, fieldId, fieldsId, mapId, encodedId] = [17, 18, 19, 20, 21, 22, 23, 24]

/** How a definition itself is written: as a value of this type. */
export const wireType = struct(
  ['array', arrayId],
  ['slice', sliceId],
  ['struct', structId],
  ['map', mapId],
  ['encoded', encodedId],
  ['encoded', encodedId],
  ['encoded', encodedId],
)

/** The types that no stream defines. */
export const basicTypes: ReadonlyMap<number, GobType> = new Map<number, GobType>([
  [1, { kind: 'bool' }],
  [int, { kind: 'int' }],
  [3, { kind: 'uint' }],
  [4, { kind: 'float' }],
  [5, { kind: 'bytes' }],
  [string, { kind: 'string' }],
  [7, { kind: 'complex' }],
  [8, { kind: 'interface' }],
  [arrayId, struct(['common', commonId], ['element', int], ['length', int])],
  [commonId, struct(['name', string], ['id', int])],
  [sliceId, struct(['common', commonId], ['element', int])],
  [structId, struct(['common', commonId], ['fields', fieldsId])],
  [fieldId, struct(['name', string], ['id', int])],
  [fieldsId, { kind: 'list', element: fieldId }],
  [mapId, struct(['common', commonId], ['key', int], ['element', int])],
  [encodedId, struct(['common', commonId])],
])

/** Whether a stream begins here: the length of a message, then a definition, whose id is below nought. For most values a look at two bytes. */
export function isGob(bytes: Buffer): boolean {
  const lengthBytes = bytes[0] === undefined || bytes[0] < 0x80 ? 1 : 257 - bytes[0]
  const idBytes = 256 - (bytes[lengthBytes] ?? 0)
  return lengthBytes <= 3 && idBytes >= 1 && idBytes <= 3 && ((bytes[lengthBytes + idBytes] ?? 0) & 1) === 1
}

/** Whether the first type of a stream is a map, as its definition says, to interfaces. */
export function isGobMap(bytes: Buffer): boolean {
  if (!isGob(bytes) || (bytes[0] ?? 0) >= 0x80) return false
  const kindAt = 1 + 257 - (bytes[1] ?? 0)
  const head = bytes.subarray(kindAt, 1 + (bytes[0] ?? 0))
  return head[0] === 4 && head.length >= 8 && head[head.length - 3] === 0x10
}

/** The type that a definition gives; null for none that is known. */
export function definedType(wire: unknown): GobType | null {
  if (!isObject(wire)) return null
  const [kind] = Object.keys(wire)
  const inner = kind === undefined ? null : own(wire, kind)
  if (!isObject(inner)) return null
  const numberIn = (name: string) => numberOf(own(inner, name))
  const common = own(inner, 'common')
  const name = isObject(common) ? own(common, 'name') : null
  const called = typeof name === 'string' ? name : ''
  if (kind === 'encoded') return { kind, name: called }
  if (kind === 'map') return { kind, key: numberIn('key'), element: numberIn('element') }
  if (kind === 'struct') return { kind, name: called, fields: fieldsOf(own(inner, 'fields')) }
  return { kind: 'list', element: numberIn('element') }
}

function fieldsOf(list: unknown): Field[] {
  if (!Array.isArray(list)) return []
  return list
    .filter(isObject)
    .map((field) => ({ name: String(own(field, 'name') ?? ''), id: numberOf(own(field, 'id')) }))
}

/** Nought is no type. */
const numberOf = (value: unknown) => (typeof value === 'number' ? value : 0)
