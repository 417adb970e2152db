import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { basePathPlaceholder } from './build.mjs'

/**
 * A copy of a server built with the placeholder, with this base path in its place. Made once for each build and base path; the packages are
 * linked, not copied.
 */
export function writeBasePath({ server, builtFrom, basePath, into }) {
  const copy = join(into, createHash('sha256').update(basePath).digest('hex').slice(0, 12))
  const marker = join(copy, 'rollcall-built-from')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === builtFrom) return copy
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  for (const name of readdirSync(server)) {
    if (name === 'node_modules') symlinkSync(join(server, name), join(copy, name))
    else cpSync(join(server, name), join(copy, name), { recursive: true, verbatimSymlinks: true })
  }
  replaceIn(copy, basePath)
  writeFileSync(marker, builtFrom)
  return copy
}

function replaceIn(folder, basePath) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) replaceIn(path, basePath)
    else if (entry.isFile()) {
      const bytes = readFileSync(path)
      // Latin-1 there and back keeps every byte, whatever the file holds.
      if (bytes.includes(basePathPlaceholder)) {
        writeFileSync(path, bytes.toString('latin1').replaceAll(basePathPlaceholder, basePath), 'latin1')
      }
    }
  }
}
