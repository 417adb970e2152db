import type { Admin } from '@/lib/admin/admin'
import { isKnownError } from '@/lib/errors'
import { askWithoutAddresses, hideAddresses, hidesAddresses } from '@/lib/http/addresses'
import { getRuntime } from '@/lib/runtime'

/**
 * What a page shows this admin at first, as the API would tell it; null while Redis does not answer, or where it is not theirs to ask: then the page itself says so and goes on
 * asking. `query`: what the address asks for.
 */
export async function readOrNull<Query, T>(
  { role }: Pick<Admin, 'role'>,
  query: Query,
  read: (query: Query) => T | Promise<T>,
): Promise<T | null> {
  const isBlind = hidesAddresses(getRuntime().settings, role)
  try {
    return shownTo({ role }, await read(isBlind ? askWithoutAddresses(query) : query))
  } catch (error) {
    if (isKnownError(error) && ['source-unavailable', 'forbidden'].includes(error.code)) return null
    throw error
  }
}

/** A value as whoever has this role may see it. */
export function shownTo<T>({ role }: Pick<Admin, 'role'>, value: T): T {
  // Texts stay texts: the same shape.
  return hidesAddresses(getRuntime().settings, role) ? (hideAddresses(value) as T) : value
}
