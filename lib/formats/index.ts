import type { StoredValue } from '@/lib/session/source'
import { connectRedis } from './connect-redis'
import type { SessionFormat } from './format'
import { native } from './native'
import { plain } from './plain'

/** Every format, in detection order: the narrowest shape first, the one that takes anything last. */
export const formats: readonly SessionFormat[] = [native, connectRedis, plain]

/** The format of a value: the pinned one, else the first that recognises it, else `plain`, which says what it could not read. */
export function formatOf(value: StoredValue, pinnedId: string | null): SessionFormat {
  const pinned = formats.find((format) => format.id === pinnedId)
  return pinned ?? formats.find((format) => format.recognises(value)) ?? plain
}
