import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Failure } from './ending.mjs'

const patienceMs = 1500

/** Throws when a Redis answers that it will never let these settings in. One that does not answer is no fault: the server waits for it. */
export async function checkSignIn(settings) {
  await refuseIfRefused('REDIS_URL', settings.redis)
  await refuseIfRefused('ROLLCALL_HOME_URL', settings.home)
}

async function refuseIfRefused(name, address) {
  // Sentinels have passwords of their own and only lead to the server that is meant.
  if (address === null || address.topology === 'sentinel') return
  const places = address.topology === 'unix' ? [{ path: address.path }] : address.hosts
  const answers = await Promise.all(places.map((place) => ask(place, address)))
  if (answers.some((answer) => /^-(WRONGPASS|ERR invalid (password|username))/i.test(answer))) {
    throw new Failure(`${name}: Redis refused the user or the password.`)
  }
  if (answers.some((answer) => answer.startsWith('-NOAUTH'))) {
    throw new Failure(`${name}: Redis asks for a password, and none is given.`)
  }
}

/** The first line of the answer to AUTH, or to PING where there is no password; empty without an answer. */
function ask(place, { username, password, tls }) {
  const command = password === null ? ['PING'] : ['AUTH', ...(username === null ? [] : [username]), password]
  return new Promise((done) => {
    const line = tls ? connectTls({ ...place, servername: place.host }) : connectPlain(place)
    const finish = (answer) => {
      line.destroy()
      done(answer)
    }
    line.once(tls ? 'secureConnect' : 'connect', () => line.write(encode(command)))
    line.once('data', (bytes) => finish(bytes.toString()))
    line.once('error', () => finish(''))
    line.once('close', () => finish(''))
    line.setTimeout(patienceMs, () => finish(''))
  })
}

function encode(parts) {
  return [`*${parts.length}`, ...parts.flatMap((part) => [`$${Buffer.byteLength(part)}`, part]), ''].join('\r\n')
}
