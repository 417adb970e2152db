import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeBasePath } from './base-path.mjs'

/** Which build serves these settings. A base path is fixed when Next builds, so a second build holds a placeholder for it. */
export function buildFor({ basePath }) {
  return basePath === ''
    ? { folder: '.next', hasPlaceholder: false }
    : { folder: '.next-base-path', hasPlaceholder: true }
}

/** The folder to run the server from: the build itself, or a copy with the base path written in, kept under `copies`. */
export function prepareServer({ root, copies, settings }) {
  const { folder, hasPlaceholder } = buildFor(settings)
  const server = join(root, folder, 'standalone')
  if (!hasPlaceholder) return server
  const builtFrom = readFileSync(join(root, folder, 'rollcall-built-from'), 'utf8')
  return writeBasePath({ server, builtFrom, basePath: settings.basePath, into: copies })
}
