import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './ending.mjs'
import { root } from './environment.mjs'
import { runStep } from './step.mjs'

/** Which Debian 12 packages hold each language with its frameworks. */
const packages = {
  python: [
    ...['python3', 'python3-django', 'python3-django-redis', 'python3-flask-session', 'python3-flask-login'],
    ...['python3-redis', 'python3-msgpack', 'python3-lz4', 'python3-zstd'],
  ],
  php: [
    ...['php-cli', 'php-redis', 'php-igbinary', 'php-msgpack', 'php-mbstring', 'php-nrk-predis'],
    ...['php-symfony-http-foundation', 'php-symfony-security-core', 'php-symfony-security-http'],
    ...['php-illuminate-session', 'php-laravel-framework'],
  ],
  ruby: [
    ...['ruby', 'ruby3.1', 'ruby-redis', 'ruby-redis-store', 'ruby-redis-rack', 'ruby-redis-actionpack'],
    ...['ruby-rack', 'ruby-actionpack', 'ruby-activesupport', 'ruby-webrick', 'ruby-warden'],
  ],
  go: ['golang-go', 'golang-1.19-go', 'golang-github-gorilla-sessions-dev', 'golang-github-boj-redistore-dev'],
}

/**
 * Answers `{ command, args, env, versions }` to run a language with its frameworks from Debian's packages. What the system lacks is downloaded
 * and unpacked, not installed, into `.rollcall/debian/<language>`, once. Throws a `Failure` where there is no apt.
 */
export async function provideDebianTools(language) {
  const folder = join(root, '.rollcall/debian', language)
  await unpack(language, folder)
  return { ...starts[language](folder), versions: listVersions(language, folder) }
}

async function unpack(language, folder) {
  const mark = join(folder, '.packages')
  const wanted = packages[language].join('\n')
  if (existsSync(mark) && readFileSync(mark, 'utf8').startsWith(`${wanted}\n\n`)) return
  if (!existsSync('/etc/debian_version')) throw new Failure(`The ${language} frameworks come from Debian 12 packages.`)
  rmSync(folder, { recursive: true, force: true })
  const debs = join(folder, '.debs')
  mkdirSync(debs, { recursive: true })
  const missing = await listMissing(packages[language])
  if (missing.length > 0) {
    await runStep(`Downloading the ${language} packages`, 'apt-get', ['download', '-q', ...missing], { cwd: debs })
    for (const deb of readdirSync(debs)) execFileSync('dpkg', ['-x', join(debs, deb), folder])
  }
  rmSync(debs, { recursive: true })
  const versions = packages[language].map((name) => `${name} ${versionOf(name)}`)
  writeFileSync(mark, `${wanted}\n\n${versions.join('\n')}\n`)
}

/** The packages with all they depend on, without those that the system has. */
async function listMissing(names) {
  const plan = () =>
    execFileSync('apt-get', ['install', '-s', '-q', '--no-install-recommends', ...names], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  let text = ''
  try {
    text = plan()
  } catch {
    // The package lists may be missing or old: they are fetched, and the second answer counts.
    await runStep('Updating the package lists', 'apt-get', ['update', '-q'])
    text = plan()
  }
  return [...text.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name)
}

/** What the system has, else what was unpacked. */
function versionOf(name) {
  const policy = execFileSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  return /(?:Installed|Candidate): (?!\(none\))(\S+)/.exec(policy)?.[1] ?? 'unknown'
}

function listVersions(language, folder) {
  const lines = readFileSync(join(folder, '.packages'), 'utf8').split('\n\n')[1].trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split(' ')).filter(([name]) => packages[language].includes(name)))
}

const starts = {
  python: (folder) => ({
    command: firstOf(join(folder, 'usr/bin/python3'), '/usr/bin/python3'),
    args: [],
    env: { PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'), PYTHONDONTWRITEBYTECODE: '1' },
  }),

  /** Without php.ini, so that a machine's own settings change nothing and no extension is loaded twice. */
  php: (folder) => {
    const modules = firstOf(join(folder, 'usr/lib/php/20220829'), '/usr/lib/php/20220829')
    const extensions = ['ctype', 'iconv', 'igbinary', 'mbstring', 'msgpack', 'posix', 'redis', 'tokenizer']
    return {
      command: firstOf(join(folder, 'usr/bin/php8.2'), '/usr/bin/php8.2'),
      args: [
        '-n',
        ...['-d', `include_path=${join(folder, 'usr/share/php')}:/usr/share/php`, '-d', 'date.timezone=UTC'],
        ...extensions.flatMap((name) => ['-d', `extension=${join(modules, `${name}.so`)}`]),
      ],
      env: { LD_LIBRARY_PATH: join(folder, 'usr/lib/x86_64-linux-gnu') },
    }
  },

  ruby: (folder) => {
    const places = ['usr/lib/ruby/vendor_ruby', 'usr/lib/ruby/3.1.0']
      .concat(['usr/lib/x86_64-linux-gnu/ruby/vendor_ruby/3.1.0', 'usr/lib/x86_64-linux-gnu/ruby/3.1.0'])
      .map((path) => join(folder, path))
    return {
      command: firstOf(join(folder, 'usr/bin/ruby3.1'), '/usr/bin/ruby3.1'),
      args: [],
      env: {
        LD_LIBRARY_PATH: join(folder, 'usr/lib/x86_64-linux-gnu'),
        RUBYLIB: [...places, ...listGems(folder)].join(':'),
        GEM_PATH: [folder, ''].map((at) => `${at}/usr/share/rubygems-integration/all`).join(':'),
      },
    }
  },

  go: (folder) => ({
    command: firstOf(join(folder, 'usr/lib/go-1.19/bin/go'), '/usr/lib/go-1.19/bin/go'),
    args: ['run'],
    env: {
      GOROOT: firstOf(join(folder, 'usr/lib/go-1.19'), '/usr/lib/go-1.19'),
      GOPATH: `${join(folder, 'usr/share/gocode')}:/usr/share/gocode`,
      GOCACHE: join(root, '.rollcall/debian/go-cache'),
      GO111MODULE: 'off',
      CGO_ENABLED: '0',
    },
  }),
}

/** Where the gems lie: named to Ruby directly, since RubyGems would ask for all that they name, tests' packages too. */
function listGems(folder) {
  const gems = join(folder, 'usr/share/rubygems-integration/all/gems')
  if (!existsSync(gems)) return []
  // This gem keeps its files a folder deeper than the others.
  return readdirSync(gems).flatMap((gem) => [join(gems, gem, 'lib'), join(gems, gem, 'lib/concurrent-ruby')])
}

function firstOf(...paths) {
  const found = paths.find((path) => existsSync(path))
  if (found === undefined) throw new Failure(`There is no ${paths.at(-1)}: remove .rollcall/debian and try again.`)
  return found
}
