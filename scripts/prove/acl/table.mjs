/** One table in Markdown, a permission a line: what is off without it, and what the interface says; below it what should not have been. */
export function printRights(outcomes) {
  console.log('\n| taken away | what is off | what it says |\n| --- | --- | --- |')
  for (const { id, off, told } of outcomes)
    console.log(`| \`${id.replace('|', '\\|')}\` | ${off.join(', ') || 'nothing'} | ${told.join('; ')} |`)
  for (const { id, against } of outcomes) for (const sentence of against) console.log(`${id}: ${sentence}`)
}
