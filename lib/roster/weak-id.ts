/** Formats whose key is a hash of the id: it tells nothing of the id. */
const hashedFormats: ReadonlySet<string> = new Set(['native'])

/** Longer numbers are no counters, and would not be exact. */
const longestCounter = 15

export function hasHashedKey(format: string): boolean {
  return hashedFormats.has(format)
}

/** Whether an id is all digits, or too short for the letters it uses to be beyond guessing. `id`: the part of the key after the prefix. Costs one look at each letter. */
export function isShortOrNumber(id: string, leastBits: number): boolean {
  let isNumber = true
  let isHex = true
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at)
    if (code >= 48 && code <= 57) continue
    isNumber = false
    const isHexLetter = (code >= 97 && code <= 102) || (code >= 65 && code <= 70) || code === 45
    if (!isHexLetter) {
      isHex = false
      break
    }
  }
  return isNumber || id.length * (isHex ? 4 : 6) < leastBits
}

/** The ids one before and one after, where an id ends in a number: `shop-41` and `shop-43` for `shop-42`. Leading zeros are kept. */
export function neighboursOf(id: string): string[] {
  const last = id.charCodeAt(id.length - 1)
  if (!(last >= 48 && last <= 57)) return []
  const digits = /(\d{1,20})$/.exec(id)?.[1]
  if (digits === undefined || digits.length > longestCounter) return []
  const stem = id.slice(0, id.length - digits.length)
  const number = Number(digits)
  return [number - 1, number + 1]
    .filter((next) => next >= 0)
    .map((next) => stem + String(next).padStart(digits.startsWith('0') ? digits.length : 1, '0'))
}
