import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './environment.mjs'
import { runStep } from './step.mjs'

/** Installs what the lockfile names unless exactly that is there. */
export async function install() {
  if (isInstalled()) return
  await runStep('Installing packages', 'npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'])
}

/** npm keeps beside the packages a copy of the lockfile's entries that it installed, written last: so a half-done install is no install. */
function isInstalled() {
  const copy = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(copy)) return false
  const wanted = readPackages(join(root, 'package-lock.json'))
  const present = readPackages(copy)
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const found = present[path]
    if (path === '' || (found === undefined && optional)) return true
    return found?.version === version && found?.integrity === integrity
  })
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}
