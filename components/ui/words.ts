const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const thousands = new Intl.NumberFormat('en-US')

/** `4,210`. */
export function sayCount(count: number): string {
  return thousands.format(count)
}

/** `1 session`, `4,210 sessions`. */
export function sayMany(count: number, one: string, many = `${one}s`): string {
  return `${sayCount(count)} ${count === 1 ? one : many}`
}

/** What is left, as a countdown: `45 s`, `28 min 04 s`, `3 h 12 min`, `6 d`. */
export function sayLeft(ms: number): string {
  const left = Math.max(0, ms)
  if (left < minute) return `${Math.floor(left / second)} s`
  if (left < hour) return `${Math.floor(left / minute)} min ${pad((left % minute) / second)} s`
  if (left < day) return `${Math.floor(left / hour)} h ${pad((left % hour) / minute)} min`
  return `${sayCount(Math.floor(left / day))} d`
}

/** How long something has been, in two units at most: `12 s`, `12 min`, `3 h 12 min`, `2 d 4 h`. */
export function sayAge(ms: number): string {
  const age = Math.max(0, ms)
  if (age < minute) return `${Math.floor(age / second)} s`
  if (age < hour) return `${Math.floor(age / minute)} min`
  if (age < day) return two(age, hour, 'h', minute, 'min')
  return two(age, day, 'd', hour, 'h')
}

/** `312 B`, `4.2 KB`, `1.3 MB`. */
export function sayBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`
}

/** `14:03:22`, in the time of whoever looks. */
export function sayClock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}

/** `24 Nov 2026, 14:03:22`, in the time of whoever looks. */
export function sayTime(at: number): string {
  return isTellable(at)
    ? new Date(at).toLocaleString('en-GB', {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
      })
    : 'beyond any calendar'
}

/** The local time and UTC under it, for hints. */
export function sayBothTimes(at: number): string {
  if (!isTellable(at)) return sayTime(at)
  return `${sayTime(at)}\n${new Date(at).toISOString().replace('T', ' ').slice(0, 19)} UTC`
}

function isTellable(at: number): boolean {
  return Math.abs(at) <= 8_640_000_000_000_000
}

function pad(value: number): string {
  return String(Math.floor(value)).padStart(2, '0')
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small)
  return `${sayCount(Math.floor(ms / large))} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}
