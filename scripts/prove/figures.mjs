import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { measureFiles } from '../bench/measure.mjs'
import { isMet, printTable } from '../bench/table.mjs'
import { root } from '../parts/environment.mjs'

/** Proofs that are figures, each a folder of `scripts/prove` whose files run in this order. */
export const figures = { guard: ['storm', 'loss', 'reuse', 'full', 'store'] }

/** Runs them at full size, prints one table and writes the same rows as JSON. Answers whether every bound is met. */
export async function proveFigures(what, parts = figures[what]) {
  const file = join(root, `.rollcall/prove/${what}.json`)
  mkdirSync(dirname(file), { recursive: true })
  const machine = { cores: cpus().length, processor: cpus()[0]?.model ?? null, node: process.version }
  const { rows, failed } = await measureFiles({
    project: 'prove',
    files: parts.map((part) => `scripts/prove/${what}/${part}.prove`),
    provide: {},
    partOf: (file) => file.replace(/^.*\//, '').replace('.prove.ts', ''),
    save: (found) => {
      found.sort((a, b) => figures[what].indexOf(a.part) - figures[what].indexOf(b.part))
      writeFileSync(file, `${JSON.stringify({ machine, rows: found }, null, 2)}\n`)
    },
  })
  printTable(rows)
  console.log(`\n${file}`)
  return failed === 0 && rows.every((row) => row.bound === undefined || isMet(row))
}
