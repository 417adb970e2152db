import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { serverDir } from './console'

/**
 * The same build in another folder, in which Next no longer knows of `proxy.ts`: nothing of it runs before a page or a route. The caller removes the folder.
 * Throws when the build does not say where its proxy is, for then nothing would be switched off.
 */
export function copyWithoutProxy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-without-proxy-'))
  for (const name of readdirSync(serverDir)) {
    const from = resolve(serverDir, name)
    if (name === 'node_modules' || name === 'public') symlinkSync(from, join(folder, name))
    else cpSync(from, join(folder, name), { recursive: true, verbatimSymlinks: true })
  }
  const build = readdirSync(folder).find((name) => name.startsWith('.next')) ?? ''
  const file = join(folder, build, 'server/functions-config-manifest.json')
  const manifest: { functions: Record<string, unknown> } = JSON.parse(readFileSync(file, 'utf8'))
  if (!('/_middleware' in manifest.functions)) throw new Error(`${file} does not name the proxy`)
  delete manifest.functions['/_middleware']
  writeFileSync(file, JSON.stringify(manifest))
  return folder
}
