import 'server-only'
import { getRuntime } from '@/lib/runtime'
import { createDoor } from './door'

/**
 * The methods of one path, each with its claims: `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({ GET: { … } })`. Those that are not given
 * answer 405; without any, 404. What is asked of a request, and in which order: `createDoor`.
 */
export const route = createDoor(getRuntime)
