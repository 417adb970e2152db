/** A database of a Redis; `redis` null where there is but one. */
export type Place = { redis: string | null; database: number }

export function isSamePlace(one: Place, other: Place): boolean {
  return one.redis === other.redis && one.database === other.database
}
