import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = new URL('..', import.meta.url).pathname
const read = (file: string) => readFileSync(join(root, file), 'utf8')

type Locked = {
  version?: string
  resolved?: string
  integrity?: string
  inBundle?: boolean
  link?: boolean
  hasInstallScript?: boolean
}
const lock: { lockfileVersion: number; packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'))
const manifest: Record<'dependencies' | 'devDependencies', Record<string, string>> = JSON.parse(read('package.json'))

/** What is wrong with one entry of the lockfile. What travels inside another package is covered by the digest of that one. */
function faultsOf({ version, resolved, integrity, inBundle, link, hasInstallScript }: Locked): string[] {
  return [
    ...(link ? ['is a link'] : []),
    ...(/^\d+\.\d+\.\d+/.test(version ?? '') ? [] : ['has no version']),
    ...(inBundle || /^sha512-[\w+/]{86}==$/.test(integrity ?? '') ? [] : ['has no SHA-512 digest']),
    ...(resolved === undefined || resolved.startsWith('https://registry.npmjs.org/') ? [] : ['comes from elsewhere']),
    ...(hasInstallScript ? ['runs a script when it is installed'] : []),
  ]
}

const isExact = (version: string) => /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)

describe('the lockfile', () => {
  test('names for every package a version, its digest, no other place than the registry, and nothing that runs a script', () => {
    const entries = Object.entries(lock.packages).filter(([path]) => path !== '')
    expect(entries.length).toBeGreaterThan(300)
    expect(entries.flatMap(([path, entry]) => faultsOf(entry).map((fault) => `${path} ${fault}`))).toEqual([])
    expect(lock.lockfileVersion).toBe(3)
  })

  test('without one of these is refused', () => {
    const good: Locked = { version: '1.0.0', integrity: `sha512-${'a'.repeat(86)}==` }
    expect(faultsOf(good)).toEqual([])
    expect(faultsOf({ ...good, integrity: `sha1-${'a'.repeat(27)}=` })).toEqual(['has no SHA-512 digest'])
    expect(faultsOf({ version: '1.0.0' })).toEqual(['has no SHA-512 digest'])
    expect(faultsOf({ ...good, resolved: 'git+ssh://git@github.com/a/b.git' })).toEqual(['comes from elsewhere'])
    expect(faultsOf({ ...good, resolved: 'http://registry.npmjs.org/a.tgz' })).toEqual(['comes from elsewhere'])
    expect(faultsOf({ ...good, hasInstallScript: true })).toEqual(['runs a script when it is installed'])
    expect(faultsOf({ ...good, link: true })).toEqual(['is a link'])
  })
})

test('every direct dependency is one exact version', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies }
  expect(Object.entries(all).filter(([, version]) => !isExact(version))).toEqual([])
  for (const loose of ['^1.0.0', '~1.0.0', '1.x', 'latest', '*', 'npm:a@^1.0.0', 'github:a/b', 'file:../a']) {
    expect(isExact(loose), loose).toBe(false)
  }
})

test('installing follows the lockfile and runs no script', () => {
  expect(read('scripts/parts/install.mjs')).toContain(`['ci', '--include=dev', '--ignore-scripts'`)
  for (const file of ['Dockerfile', '.github/workflows/ci.yml']) {
    const installs = read(file).match(/npm (ci|install|i)\b.*/g) ?? []
    expect(installs.length, file).toBeGreaterThan(0)
    for (const install of installs) expect(install, file).toMatch(/^npm ci --include=dev --ignore-scripts/)
  }
})

test('the store library needs nothing at run time but Node itself', () => {
  const files = readdirSync(join(root, 'lib/store')).filter(
    (file) => file.endsWith('.ts') && !/\.test\.ts$|^test-support/.test(file),
  )
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) {
    const foreign = [...read(`lib/store/${file}`).matchAll(/^import (?!type )[^'"]*['"]([^'"]+)['"]/gm)]
      .map(([, from]) => from ?? '')
      .filter((from) => !/^(node:|\.\/|@\/lib\/session\/)/.test(from))
    expect(foreign, file).toEqual([])
  }
})

test('the workflow may only read, and takes nothing that a stranger wrote into a command', () => {
  const workflow = read('.github/workflows/ci.yml')
  expect(workflow).toMatch(/^permissions:\n {2}contents: read$/m)
  expect(workflow).not.toMatch(/pull_request_target|workflow_run|: write$/m)
  const inserted = [...workflow.matchAll(/\$\{\{\s*([^}]+?)\s*\}\}/g)].map(([, what]) => what)
  expect(inserted.filter((what) => !['github.ref', 'matrix.node'].includes(what ?? ''))).toEqual([])
  for (const [, command] of workflow.matchAll(/run: (.*)/g)) expect(command).not.toContain('${{')
  const actions = [...workflow.matchAll(/uses: (.*)/g)].map(([, action]) => action)
  expect(actions.length).toBeGreaterThan(3)
  expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([])
})

test('the image does not run as root, and the compose file takes away what it does not need', () => {
  const last =
    read('Dockerfile')
      .split(/^FROM /m)
      .at(-1) ?? ''
  expect(last).toMatch(/^USER node$/m)
  expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('ENTRYPOINT'))
  const compose = read('compose.yaml')
  for (const line of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true']) expect(compose).toContain(line)
  expect(`${last}${compose}`).not.toMatch(/next dev|npm run dev/)
})
