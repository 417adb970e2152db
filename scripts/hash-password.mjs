import './parts/node-version.mjs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { findPasswordFault, leastCharacters, normalizePassword } from '../lib/password-rules.mjs'

const roles = ['viewer', 'operator', 'admin']

/**
 * `npm run hash-password`: prints a line for ROLLCALL_ADMINS. At a terminal it asks, the password without echo; from a pipe it reads name, role and
 * password, one a line.
 */
async function main() {
  const [username, role, password] = process.stdin.isTTY ? await ask() : await readLines()
  const faults = []
  if (!/^[^\s:]{1,200}$/.test(username ?? '')) faults.push('The name must be without spaces and colons.')
  if (username === 'admin') faults.push('The name admin belongs to ROLLCALL_ADMIN_PASSWORD.')
  if (!roles.includes(role)) faults.push(`The role must be one of ${roles.join(', ')}.`)
  const weakness = findPasswordFault(password ?? '', ['rollcall', username ?? ''])
  if (weakness !== null) faults.push(`The password ${weakness}.`)
  if (faults.length > 0) {
    console.error(faults.join('\n'))
    process.exit(1)
  }
  const { Algorithm, hash } = createRequire(import.meta.url)('@node-rs/argon2')
  const options = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
  console.log(`${username}:${role}:${await hash(normalizePassword(password), options)}`)
}

async function ask() {
  let isSilent = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isSilent) process.stderr.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  const question = (text) => new Promise((answer) => lines.question(text, answer))
  lines.once('SIGINT', () => process.exit(130))
  const username = (await question('Name: ')).trim()
  const role = (await question(`Role (${roles.join(', ')}): `)).trim()
  process.stderr.write(`Password, ${leastCharacters} characters at least: `)
  isSilent = true
  const password = await question('')
  process.stderr.write('\n')
  lines.close()
  return [username, role, password]
}

async function readLines() {
  let text = ''
  for await (const part of process.stdin.setEncoding('utf8')) text += part
  const [username, role, password] = text.split(/\r?\n/)
  return [username?.trim(), role?.trim(), password]
}

await main()
