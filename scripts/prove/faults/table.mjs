/** One table in Markdown, a fault a line in the order of their ids, what went wrong below it, and how many of the faults were survived each time. */
export function printOutcomes(outcomes) {
  const sorted = [...outcomes].sort((a, b) => a.id.localeCompare(b.id))
  const cells = [
    [
      '',
      'what happens',
      'survived',
      'slowest call',
      'a bare server',
      'right again after',
      'answers live, other',
      'deeds',
      'memory',
    ],
    ...sorted.map((one) => [
      one.id,
      one.name,
      isSurvived(one) ? 'yes' : '**no**',
      `${Math.round(one.worstMs)} ms of ${one.calls}`,
      `${Math.round(one.bareMs)} ms`,
      one.recoveryMs === null ? 'never' : `${(one.recoveryMs / 1000).toFixed(1)} s`,
      `${one.frames.live}, ${one.frames.other}`,
      Object.entries(one.deeds)
        .map(([outcome, count]) => `${count} ${outcome}`)
        .join(', '),
      `+${Math.round(one.memoryRiseBytes / 2 ** 20)} MiB`,
    ]),
  ]
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)))
  const print = (line) => console.log(`| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`)
  const [head, ...body] = cells
  console.log('')
  print(head)
  print(widths.map((width) => '-'.repeat(width)))
  for (const line of body) print(line)
  for (const one of sorted) for (const sentence of one.against) console.log(`${one.id} ${one.name}: ${sentence}`)
  const ids = [...new Set(sorted.map(({ id }) => id))]
  const survived = ids.filter((id) => sorted.every((one) => one.id !== id || isSurvived(one)))
  console.log(`\n${survived.length} of ${ids.length} faults survived`)
}

export function isSurvived({ against }) {
  return against.length === 0
}
