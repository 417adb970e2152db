/** How a value of each unit is written. */
const units = {
  s: (value) => `${value.toFixed(1)} s`,
  ms: (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`,
  '/s': (value) => `${whole.format(value)} /s`,
  bytes: (value) => `${whole.format(value)} bytes`,
  cores: (value) => `${value.toFixed(2)} cores`,
  commands: (value) => value.toFixed(1),
  times: (value) => whole.format(value),
}
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** One table in Markdown, and how many bounds are met. */
export function printTable(rows) {
  const cells = [
    ['what', 'Rollcall', 'beside it', 'ratio', 'bound', ''],
    ...rows.map((row) => [
      row.what,
      units[row.unit](row.value),
      tellBeside(row),
      tellRatio(row),
      tellBound(row),
      tellVerdict(row),
    ]),
  ]
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)))
  const print = (line) => console.log(`| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  const [head, ...body] = cells
  console.log('')
  print(head)
  print(widths.map((width) => '-'.repeat(width)))
  for (const line of body) print(line)
  const bound = rows.filter((row) => row.bound !== undefined)
  console.log(`\n${bound.filter(isMet).length} of ${bound.length} bounds met`)
}

/** The value as it is written. */
export const tellValue = ({ unit, value }) => units[unit](value)

export function isMet({ value, beside, bound }) {
  const measured = bound.of === 'ratio' ? value / beside.value : value
  return 'most' in bound ? measured <= bound.most : measured >= bound.least
}

function tellBeside({ unit, beside }) {
  return beside === undefined ? '' : `${units[unit](beside.value)}: ${beside.what}`
}

function tellRatio({ value, beside }) {
  return beside === undefined || beside.value === 0 ? '' : (value / beside.value).toFixed(2)
}

function tellBound({ unit, bound }) {
  if (bound === undefined) return ''
  const limit = bound.most ?? bound.least
  return `${'most' in bound ? '≤' : '≥'} ${bound.of === 'ratio' ? `${limit} times` : units[unit](limit)}`
}

function tellVerdict(row) {
  if (row.bound === undefined) return ''
  return isMet(row) ? 'met' : 'missed'
}
