/** What the readers of the settings file share: how a fault is told, and what a value looked like. */

export function createTeller(faults) {
  return (pointer, what) => void faults.push(`ROLLCALL_CONFIG ${pointer} ${what}.`)
}

export function refuseStrangers(object, known, pointer, tell) {
  for (const name of Object.keys(object)) {
    if (known.includes(name)) continue
    const place = `${pointer}/${name.slice(0, 60).replace(/~/g, '~0').replace(/\//g, '~1')}`
    tell(place, `is not known: it may be ${known.join(', ')}`)
  }
}

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
export const quote = (value) => JSON.stringify(value.slice(0, 60))
export const not = (value) =>
  value === undefined ? 'and is missing' : `not ${(JSON.stringify(value) ?? '').slice(0, 60)}`
