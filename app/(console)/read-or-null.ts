import { isKnownError } from '@/lib/errors'

/** What a page shows at first, or null while Redis does not answer: then the page itself says so and goes on asking. */
export async function readOrNull<T>(read: () => T | Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (isKnownError(error) && error.code === 'source-unavailable') return null
    throw error
  }
}
