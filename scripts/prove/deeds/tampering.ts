import { type Link, readLink, seal, verify } from '@/lib/audit-chain.mjs'
import { createDice, type Dice } from '@/lib/formats/fuzz'

type Entry = { id: string; fields: string[] }

const chains = 3
const entriesInAll = 120
const kinds = ['edit', 'insert', 'delete', 'swap', 'truncate', 'repeat', 'forge'] as const

/** Makes an audit of several processes and changes it in one way, so many times; answers how often the check said so, and that it says nothing of one that nobody touched. */
export function tamper(count: number, seed: number): { detected: number; isQuietOtherwise: boolean } {
  const dice = createDice(seed)
  const { entries, lastId } = write()
  const findFaults = (some: Entry[]) =>
    verify(
      some.map(({ id, fields }) => readLink(id, fields)),
      lastId,
    ).faults.length
  let detected = 0
  for (let at = 0; at < count; at += 1) {
    if (findFaults(change(entries, kinds[at % kinds.length] ?? 'edit', dice)) > 0) detected += 1
  }
  return { detected, isQuietOtherwise: findFaults(entries) === 0 }
}

function write(): { entries: Entry[]; lastId: string } {
  const links: Link[] = Array.from({ length: chains }, (_, at) => ({
    ...{ chain: `process-${at}`, seq: 0, previous: null, previousId: null, lost: 0 },
  }))
  const entries: Entry[] = []
  for (let at = 0; at < entriesInAll; at += 1) {
    const link = links[at % chains]
    if (link === undefined) throw new RangeError('There is no such chain')
    const id = `${1_795_000_000_000 + at}-0`
    link.seq += 1
    const { text, hash } = seal({ at, deed: 'session.revoke', admin: 'olga', outcome: 'done', reason: `n ${at}` }, link)
    Object.assign(link, { previous: hash, previousId: id })
    entries.push({ id, fields: ['entry', text] })
  }
  return { entries, lastId: entries.at(-1)?.id ?? '' }
}

/** Never at the old end alone: what is missing there may have been trimmed. */
function change(entries: readonly Entry[], kind: (typeof kinds)[number], dice: Dice): Entry[] {
  const some = [...entries]
  const at = chains + dice.roll(some.length - 2 * chains)
  const one = some[at]
  const other = some[at + 1 + dice.roll(chains)]
  if (one === undefined || other === undefined) throw new RangeError('There is no such entry')
  const text = one.fields[1] ?? ''
  switch (kind) {
    case 'edit': {
      const where = dice.roll(text.length)
      const letter = text[where] === 'x' ? 'y' : 'x'
      some[at] = { ...one, fields: ['entry', text.slice(0, where) + letter + text.slice(where + 1)] }
      return some
    }
    case 'insert':
      some.splice(at, 0, {
        id: `${one.id.split('-')[0]}-1`,
        fields: ['entry', '{"deed":"session.revoke","admin":"mallory"}'],
      })
      return some
    case 'delete':
      some.splice(at, 1)
      return some
    case 'swap':
      some[at] = { ...one, fields: other.fields }
      some[entries.indexOf(other)] = { ...other, fields: one.fields }
      return some
    case 'truncate':
      return some.slice(0, at)
    case 'repeat':
      some.splice(at + 1, 0, { ...one, id: `${one.id.split('-')[0]}-1` })
      return some
    case 'forge': {
      // Edited, and sealed anew in its place: its own hash fits, the next one's memory of it does not.
      const { hash: _, ...body } = JSON.parse(text)
      const { chain, seq, previous, previousId, lost, ...entry } = body
      const forged = seal({ ...entry, admin: 'mallory' }, { chain, seq, previous, previousId, lost })
      some[at] = { ...one, fields: ['entry', forged.text] }
      return some
    }
  }
}
