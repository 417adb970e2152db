import { Agent, request } from 'node:http'

export type Called = { status: number; text: string; tookMs: number }
export type Caller = (method: string, path: string, body?: object) => Promise<Called>

/** No call of this console takes so long: an answer that never comes ends the run with the call's name. */
const patienceMs = 30_000

/** Calls the API as this admin, over one connection that stays open: a client that adds as little as possible to what is measured. */
export function createCaller(origin: string, cookie: string): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return (method, path, body) =>
    new Promise((done, failed) => {
      const headers = {
        ...{ cookie, 'sec-fetch-site': 'same-origin' },
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }
      const askedAt = performance.now()
      const call = request(`${origin}${path}`, { method, agent, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        answer.once('end', () => done({ status: answer.statusCode ?? 0, text, tookMs: performance.now() - askedAt }))
      })
      call.once('error', failed)
      call.setTimeout(patienceMs, () => call.destroy(new Error(`no answer within ${patienceMs} ms: ${method} ${path}`)))
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
}
