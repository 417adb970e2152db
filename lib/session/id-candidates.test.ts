import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { idCandidates } from './id-candidates'

const id = 'kQ3vN8xWq0Zt5LrJ2yBc7HdSf1GmPa4e'
const uuid = '7b1f3c52-9d64-4b8e-a1f0-2c5d6e7f8091'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64')
const base64url = (text: string) => Buffer.from(text, 'latin1').toString('base64url')
/** HMAC-SHA256 as cookies carry it. */
const mac = 'kDf3/sig+nature0123456789abcdefghijklmnopqr='
const base32 = 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43UOV3HO6DZPIYTEMZUGU3D'
const padded = (bytes: string) => base64(bytes).replaceAll('+', '-').replaceAll('/', '_')
/** What securecookie makes of an id: gob of a string, base64, time and MAC around it, base64. */
const gorilla = padded(`1790000000|${padded(`\x37\x0c\x00\x34${base32}`)}|\xff\x01binary\x00mac`)
const ticket = `_oauth2_proxy-${'0123456789abcdef'.repeat(2)}`
const oauth2 = `${padded(`v2.${base64url(ticket)}.${base64url('sixteen bytes ..')}`)}|1790000000|${mac}`

describe('what was pasted names the rest of its key', () => {
  it.each([
    ['Express with connect-redis', `connect.sid=s%3A${id}.${encodeURIComponent(mac)}`, id],
    ['@fastify/session', `sessionId=${id}.${encodeURIComponent(mac)}`, id],
    ['koa-session', `koa.sess=${uuid}; koa.sess.sig=kDf3`, uuid],
    [
      'Adonis',
      `adonis-session=s%3A${base64url(JSON.stringify({ message: id, purpose: 'adonis-session' }))}.${mac}`,
      id,
    ],
    ['better-auth', `better-auth.session_token=${id}.${encodeURIComponent(mac)}`, id],
    ['Auth.js', `authjs.session-token=${uuid}`, uuid],
    ['Lucia', `auth_session=${id}`, id],
    ['express-openid-connect, signed', `appSession=${id}.${mac.replace('=', '')}`, id],
    ['Django', `sessionid=${id}`, id],
    ['Flask-Session', `session=${id}`, id],
    ['Flask-Session with its signer', `session=${uuid}.kDf3sig_nature-012345678901`, uuid],
    ['PHP, Symfony, Magento, CodeIgniter', `PHPSESSID=${id}`, id],
    ['Yii', `PHPSESSID=${id}`, createHash('md5').update(`["yii\\\\redis\\\\Session","${id}"]`).digest('hex')],
    ['Rack and Rails by redis-store', `_shop_session=${id}`, `2::${sha256(id)}`],
    ['Rails by redis-session-store', `_shop_session=${id}; path=/; HttpOnly`, `2::${sha256(id)}`],
    ['Rails before the hash', `_shop_session=${id}`, id],
    ['GitLab', `_gitlab_session=${id}`, `2::${sha256(id)}`],
    ['Spring Session', `SESSION=${base64(uuid)}`, uuid],
    ['Tomcat with Redisson', `JSESSIONID=${id}.node1`, `${id}.node1`],
    ['ASP.NET Framework', `ASP.NET_SessionId=${id}`, `${id}}_SessionStateItemCollection`],
    ['ASP.NET Framework, older', `ASP.NET_SessionId=${id}`, `${id}}_Data`],
    ['scs', `session=${id}`, id],
    ['scs with hashed tokens', `session=${id}`, createHash('sha256').update(id).digest('base64url')],
    ['gorilla by boj/redistore', `session-name=${gorilla}`, base32],
    ['gorilla by rbcervilla/redisstore', `session-name=${base32}${base32.slice(1)}`, base32 + base32.slice(1)],
    ['Fiber', `session_id=${uuid}`, uuid],
    ['oauth2-proxy', `_oauth2_proxy=${oauth2}`, ticket],
    ['Authelia', 'authelia_session=a!b#c$d%25e^f*g0123456789abcdefghij', 'a!b#c$d%e^f*g0123456789abcdefghij'],
    ['a home-made store', id, id],
    ['a header with other cookies before it', `theme=dark; lang=de; connect.sid=s%3A${id}.${mac}; seen=1`, id],
    ['the header by its name', `Cookie: theme=dark; connect.sid=s%3A${id}.${mac}`, id],
    ['the header that sets it', `set-cookie: sid=${id}; Path=/; Max-Age=600; SameSite=Lax`, id],
    ['a name that is not ASCII', 'sid=größe', Buffer.from('größe').toString('latin1')],
  ])('%s', (_, pasted, rest) => {
    expect(idCandidates(pasted)).toContain(rest)
  })
})

it.each(['', '   ', 'two words', 'sid = spaced'])('what is no credential names nothing: %j', (text) => {
  expect(idCandidates(text)).toEqual([])
})

it('an ordinary word names itself and its hashes, nothing shorter', () => {
  expect(idCandidates('john.smith')).not.toContain('john')
  expect(idCandidates('10.20.30.40')).not.toContain('10.20.30')
})

it('whatever is pasted costs little', () => {
  const hostile = ['%25'.repeat(1_300), 'a='.repeat(2_000), '.'.repeat(4_096), `s:${'x.'.repeat(2_000)}`]
  hostile.push(randomBytes(3_000).toString('base64'), Array.from({ length: 500 }, (_, i) => `${i}=${i}`).join(';'))
  for (const text of hostile) expect(idCandidates(text).length).toBeLessThan(600)
})
