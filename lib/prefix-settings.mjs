/**
 * Prefixes as the settings name them, each optionally `prefix=format`; `*` is every key. `tell` is given what is wrong, without its subject.
 * @param {string[]} entries
 */
export function readPrefixList(entries, known, tell) {
  const read = entries.map((entry) => {
    const cut = entry.lastIndexOf('=')
    const [name, format] = cut < 0 ? [entry, null] : [entry.slice(0, cut), entry.slice(cut + 1).trim()]
    return { name: name.trim(), format }
  })
  for (const { name, format } of read) {
    if (name === '') tell('has an empty entry; * matches every key')
    else if (name !== '*' && name.includes('*')) {
      tell(`takes prefixes, not patterns: write ${quote(name.split('*')[0])}, not ${quote(name)}`)
    } else if (name.startsWith('rollcall:')) tell(`must not name Rollcall's own keys, rollcall:`)
    if (format !== null && !known.includes(format)) {
      tell(`knows the formats ${known.join(', ')}, not ${quote(format)}`)
    }
  }
  const prefixes = read.map(({ name, format }) => ({ prefix: name === '*' ? '' : name, format }))
  if (new Set(prefixes.map(({ prefix }) => prefix)).size < prefixes.length) tell('names a prefix twice')
  return prefixes
}

const quote = (value) => JSON.stringify(value.slice(0, 60))
