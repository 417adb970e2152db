import type { Facts } from './plan'

/** How the values of a home-made store can be written, a step each. */
export const encodings = [
  // A Redis hash: what follows is how each of its fields is written; nothing more: they are texts.
  'hash',
  // Bytes inside of bytes.
  'base64',
  'hex',
  'gzip',
  'zlib',
  'deflate',
  'brotli',
  'zstd',
  'snappy',
  // What the bytes say.
  'json',
  'msgpack',
  'php',
  'php-session',
  'igbinary',
  'pickle',
  'java',
] as const
export type Encoding = (typeof encodings)[number]

/** A format that the settings describe. */
export type CustomFormat = {
  id: string
  label: string
  /** What its keys begin and end with; the id stands between them. */
  prefix: string
  suffix: string
  /** Keys that belong to a session, each with `{id}` where its id stands. */
  companions: string[]
  /** From the outside in. */
  encoding: Encoding[]
  /** Where each fact stands, name by name. Absent: it is looked for under the usual names. */
  paths: Partial<Record<keyof Facts, string[]>>
  /** Names whose values are never shown, beside the usual ones. Lower case. */
  secrets: string[]
}
