import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { provideDebianTools } from '../../parts/debian-tools.mjs'
import { atEnd, end, Failure, runScript } from '../../parts/ending.mjs'
import { stopGroup } from '../../parts/step.mjs'

const phpPackages = ['php-cli', 'php-redis']
const railsPackages = ['ruby-actionpack', 'ruby-activesupport']

/**
 * The applications that Debian's packages run: the file, its language and the packages that matter, the format and the prefix of its sessions, what it is told beside PORT and
 * REDIS_URL. `keepsNoName`: the session holds the id of a person alone. `hasSealedCookie`: the cookie is encrypted. `revivedBy`: what brings a session back whose key was deleted.
 */
export const debianApps = {
  django: {
    title: 'Django',
    ...{ file: 'django.py', language: 'python', packages: ['python3-django', 'python3-django-redis'] },
    ...{ format: 'django', prefix: ':1:django.contrib.sessions.cache', keepsNoName: true },
  },
  'django-cached-db': {
    title: 'Django cached_db',
    ...{ file: 'django.py', language: 'python', packages: ['python3-django', 'python3-django-redis'] },
    ...{ format: 'django-cached-db', prefix: ':1:django.contrib.sessions.cached_db', keepsNoName: true },
    revivedBy: 'sql-row',
    env: { SESSION_ENGINE: 'cached_db' },
  },
  flask: {
    title: 'Flask-Session',
    ...{ file: 'flask.py', language: 'python', packages: ['python3-flask-session', 'python3-flask-login'] },
    ...{ format: 'flask-session', prefix: 'session:', keepsNoName: true },
  },
  php: {
    title: 'PHP',
    ...{ file: 'php.php', language: 'php', packages: phpPackages, format: 'php', prefix: 'PHPREDIS_SESSION:' },
  },
  'php-igbinary': {
    title: 'PHP igbinary',
    ...{ file: 'php.php', language: 'php', packages: [...phpPackages, 'php-igbinary'] },
    ...{ format: 'php', prefix: 'PHPREDIS_SESSION:', env: { SERIALIZER: 'igbinary' } },
  },
  symfony: {
    title: 'Symfony',
    ...{ file: 'symfony.php', language: 'php', packages: ['php-symfony-http-foundation', 'php-symfony-security-core'] },
    ...{ format: 'symfony', prefix: 'sf_s' },
  },
  laravel: {
    title: 'Laravel',
    ...{ file: 'laravel.php', language: 'php', packages: ['php-laravel-framework', 'php-redis'] },
    ...{ format: 'laravel', prefix: 'laravel_database_laravel_cache:', hasSealedCookie: true },
  },
  rack: {
    title: 'Rack',
    ...{ file: 'rack.rb', language: 'ruby', packages: ['ruby-rack', 'ruby-redis-rack', 'ruby-warden'] },
    ...{ format: 'rack', prefix: 'rack:session:' },
  },
  'rack-actionpack': {
    title: 'Rails with redis-actionpack',
    ...{ file: 'rack.rb', language: 'ruby', packages: ['ruby-actionpack', 'ruby-redis-actionpack', 'ruby-warden'] },
    ...{ format: 'rack', prefix: 'session:', env: { STORE: 'actionpack' } },
  },
  'rails-cache': {
    title: 'Rails cache',
    ...{ file: 'rack.rb', language: 'ruby', packages: railsPackages },
    ...{ format: 'rails-cache', prefix: '_session_id:', env: { STORE: 'cache' } },
  },
}

/** Starts one on loopback as a process of its own; whoever calls stops it. It answers at once or in a few seconds: ask `/me` until it does. */
export async function startDebianApp(name, { port, redisUrl, env = {} }) {
  const app = debianApps[name]
  const tools = await provideDebianTools(app.language)
  const file = fileURLToPath(new URL(app.file, import.meta.url))
  const args = app.language === 'php' ? ['-S', `127.0.0.1:${port}`, file] : [file]
  // PHP's own server takes one request at a time unless it has workers.
  const more = app.language === 'php' ? { PHP_CLI_SERVER_WORKERS: '4' } : {}
  const own = { ...tools.env, ...more, ...app.env, ...env, PORT: String(port), REDIS_URL: redisUrl }
  const stdio = ['ignore', 'ignore', app.language === 'php' ? 'ignore' : 'inherit']
  // In a group of its own, so that the workers end with it.
  const child = spawn(tools.command, [...tools.args, ...args], {
    env: { ...process.env, ...own },
    stdio,
    detached: true,
  })
  return { child, versions: tools.versions, stop: () => stopGroup(child) }
}

/** `PORT=8000 REDIS_URL=redis://127.0.0.1:6379/0 node scripts/prove/apps/run.mjs django` */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    const name = process.argv[2] ?? ''
    const { PORT: port, REDIS_URL: redisUrl } = process.env
    if (!(name in debianApps)) throw new Failure(`The applications are ${Object.keys(debianApps).join(', ')}.`)
    if (!port || !redisUrl) throw new Failure('Set PORT and REDIS_URL.')
    const { child, stop } = await startDebianApp(name, { port, redisUrl })
    atEnd(stop)
    console.log(`${name} listens on http://127.0.0.1:${port}.`)
    await new Promise((done) => child.once('exit', done))
    await end(0)
  })
}
