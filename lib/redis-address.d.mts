import type { RedisAddress } from './settings.mjs'

/** What is wrong stands behind the setting's name and holds no part of the address, because any part may be a password. */
export function parseRedisAddress(text: string): { address: RedisAddress } | { fault: string }
