const byteUnits = { g: 1024 ** 3, m: 1024 ** 2, k: 1024, '': 1 } as const
const durationUnits = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** `4k` is 4096 and `2m` 2 MiB; null where it is no size. */
export function readBytes(text: string): number | null {
  const [, number, unit = ''] = /^(\d{1,16})([kmg]?)b?$/i.exec(text) ?? []
  return scale(number, byteUnits[lower(unit) as keyof typeof byteUnits])
}

/** `90s`, `5m`, `1h`, `30d`, `2w`, also `250ms`; null where it is no duration. */
export function readDuration(text: string): number | null {
  const [, number, unit = ''] = /^(\d{1,16})(ms|[smhdw])$/i.exec(text) ?? []
  return scale(number, durationUnits[lower(unit) as keyof typeof durationUnits])
}

/** `2026-11-25`, `2026-11-25T06:30Z` or epoch milliseconds; UTC where no zone is said. Null where it is no time. */
export function readMoment(text: string): number | null {
  if (/^\d{9,16}$/.test(text)) return scale(text, 1)
  const [, day, time, zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/i.exec(text) ?? []
  if (day === undefined) return null
  const at = Date.parse(time === undefined ? `${day}T00:00Z` : `${day}T${time}${zone.toUpperCase()}`)
  // A day that the calendar does not have, such as 31 February, would silently be another.
  return Number.isNaN(at) || at < 0 || !isDay(day) ? null : at
}

/** As `readBytes` and `readDuration` read it back, in the largest unit that leaves no rest. */
export const sayBytes = (bytes: number): string => sayIn(bytes, byteUnits)
export const sayDuration = (ms: number): string => sayIn(ms, durationUnits, 's')

/** The shortest way of writing a time that reads back as the very same. */
export function sayMoment(at: number): string {
  if (at > 253_402_300_799_999) return String(at)
  const text = new Date(at).toISOString()
  return text.replace(/(?:(?:T00:00)?:00)?\.000Z$/, (end) => (end.startsWith('T') ? '' : 'Z'))
}

function sayIn(value: number, units: Record<string, number>, zero = ''): string {
  if (value === 0) return `0${zero}`
  const [unit, size] = Object.entries(units).find(([, each]) => value % each === 0) ?? ['', 1]
  return `${value / size}${unit}`
}

function scale(number: string | undefined, unit: number | undefined): number | null {
  const value = Number(number ?? Number.NaN) * (unit ?? Number.NaN)
  return Number.isSafeInteger(value) ? value : null
}

function isDay(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day)
}

const lower = (unit: string) => unit.toLowerCase()
