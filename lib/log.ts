import { type DestinationStream, pino } from 'pino'

export type LogFields = Record<string, unknown>

/**
 * One JSON line an event on standard output. Anything may be given as a field and nothing that opens a door comes out: an error is reduced to its
 * name, code and message, bytes and foreign objects to what they are, and the password of any address is scrubbed. Never throws.
 */
export type Log = {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** `level`: one of pino's names, or `silent`. Without a `destination` it writes to standard output, at once. */
export function createLog(
  level: string,
  destination: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Log {
  const lines = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  return {
    debug: (event, fields = {}) => lines.debug(reduceFields(fields, 0), event),
    info: (event, fields = {}) => lines.info(reduceFields(fields, 0), event),
    warn: (event, fields = {}) => lines.warn(reduceFields(fields, 0), event),
    error: (event, fields = {}) => lines.error(reduceFields(fields, 0), event),
  }
}

const maxDepth = 5
const maxCharacters = 4096

function reduceFields(fields: object, depth: number): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, reduce(value, depth + 1)]))
}

function reduce(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrub(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return '[deep]'
  if (value instanceof Error) return reduceError(value, depth)
  if (Array.isArray(value)) return value.map((item) => reduce(item, depth + 1))
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return reduceFields(value, depth)
  return `[${prototype.constructor?.name ?? 'object'}]`
}

/** Only these properties, by name: ioredis hangs the command with its arguments, the key among them, on every error. */
function reduceError(error: Error, depth: number): LogFields {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const inner = error instanceof AggregateError ? error.errors : []
  return {
    name: error.name,
    message: scrub(error.message),
    ...(code === null ? {} : { code }),
    ...(error.cause === undefined ? {} : { cause: reduce(error.cause, depth + 1) }),
    ...(inner.length === 0 ? {} : { errors: inner.map((item: unknown) => reduce(item, depth + 1)) }),
    ...(isBug(error) ? { stack: framesOf(error) } : {}),
  }
}

/** The language's own errors are mistakes in our code, where the place matters; all others are failures of the world. */
function isBug(error: Error): boolean {
  return ['TypeError', 'ReferenceError', 'RangeError'].includes(error.name)
}

function framesOf(error: Error): string[] {
  const lines = error.stack?.split('\n') ?? []
  return lines.filter((line) => /^\s+at /.test(line)).map((line) => scrub(line.trim()))
}

function scrub(text: string): string {
  return text
    .slice(0, maxCharacters)
    .replace(/([a-z][a-z0-9+.-]*:\/\/)\S*@/gi, '$1[scrubbed]@')
    .replace(/([?&]\w*(?:password|token|secret)=)[^&\s"']*/gi, '$1[scrubbed]')
    .replace(/rollcall_[\w-]{43}/g, '[scrubbed]')
    .replace(/(with args beginning with: ).*/gis, '$1[scrubbed]')
}
