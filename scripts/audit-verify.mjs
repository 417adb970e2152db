import './parts/node-version.mjs'
import { auditStream, idBefore, readLink, verify } from '../lib/audit-chain.mjs'
import { end, Failure, runScript } from './parts/ending.mjs'
import { readSettings } from './parts/environment.mjs'
import { openHome } from './parts/home.mjs'

const batchSize = 1000
const mostShown = 50

/**
 * `npm run audit:verify`: reads the audit stream of the home (`ROLLCALL_HOME_URL`, else `REDIS_URL`) and says whether it is as it was written: no entry edited,
 * removed or moved. Exit 0 when it is, 1 when it is not or cannot be read. Changes nothing.
 */
async function main() {
  const settings = readSettings()
  const address = settings.home ?? settings.redis
  if (address === null) throw new Failure('Say where the audit is: set REDIS_URL, or ROLLCALL_HOME_URL.')
  const home = await openHome(address)
  const read = await readStream(home).catch((error) => {
    throw new Failure(`The audit cannot be read: ${error.message}`)
  })
  home.disconnect()
  await end(report(read))
}

/** The links of all entries, oldest first, and the last id that the stream gave: asked first, so that what is written meanwhile is no gap. */
async function readStream(home) {
  const { lastId, doubt } = await readLastId(home)
  const links = []
  let from = '+'
  for (;;) {
    const batch = await home.xrevrange(auditStream, from, '-', 'COUNT', batchSize)
    for (const [id, fields] of batch) links.push(readLink(id, fields))
    if (batch.length < batchSize) return { links: links.reverse(), lastId, doubt }
    from = idBefore(batch.at(-1)[0])
  }
}

async function readLastId(home) {
  try {
    const told = await home.xinfo('STREAM', auditStream)
    return { lastId: told[told.indexOf('last-generated-id') + 1], doubt: null }
  } catch (error) {
    if (/no such key/i.test(error.message)) return { lastId: null, doubt: null }
    return {
      lastId: null,
      doubt: 'This Redis user may not ask XINFO STREAM: whether the newest entries were removed cannot be told.',
    }
  }
}

function report({ links, lastId, doubt }) {
  const { faults, unchained, chains } = verify(links, lastId)
  console.log(
    `${auditStream}: ${count(links.length, 'entry', 'entries')} in ${count(chains.length, 'chain', 'chains')}.`,
  )
  for (const { chain, entries, first, last, lost, head } of chains) {
    const gap = lost === 0 ? '' : `, ${lost} not known to have reached Redis`
    const start = first === 1 ? '' : ', older ones trimmed'
    console.log(`  ${chain}  ${first} to ${last}, ${count(entries, 'entry', 'entries')}${gap}${start}; newest ${head}`)
  }
  if (unchained > 0)
    console.log(`  ${count(unchained, 'entry', 'entries')} from before there were chains: not verified.`)
  if (doubt !== null) console.log(`  ${doubt}`)
  if (faults.length === 0) {
    console.log('Verified: nothing was edited, removed or moved.')
    return 0
  }
  for (const { id, chain, seq, what } of faults.slice(0, mostShown)) {
    console.error(`  ${id}${chain === null ? '' : ` (${printable(chain)}, entry ${seq})`} ${what}.`)
  }
  if (faults.length > mostShown) console.error(`  … and ${faults.length - mostShown} more.`)
  console.error(`Not as it was written: ${count(faults.length, 'fault', 'faults')}.`)
  return 1
}

/** A chain's name comes from the stream, which somebody may have written to. */
function printable(text) {
  return text.slice(0, 40).replace(/[^\w.-]/g, '?')
}

function count(number, one, many) {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
}

await runScript(main)
