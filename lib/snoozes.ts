import { type AdminActor, noteDeed } from '@/lib/admin/actor'
import { createHeldHash, versionOf } from '@/lib/admin/held-hash'
import type { Audit } from '@/lib/audit'
import { leastSnoozeMs, mostSnoozeMs, Snooze, type SnoozeInput } from '@/lib/contract/finding'
import { KnownError } from '@/lib/errors'
import type { Connection } from '@/lib/redis/connection'

const snoozesKey = 'rollcall:snoozes'

/**
 * Findings that somebody put off, for a time and with a reason, in one hash of the home: the same for all admins and replicas. A snooze ends by the clock, and what has ended is
 * removed with the next one. Nothing else changes: the finding is still counted.
 */
export type Snoozes = {
  /** Those that hold now, by finding; empty while the home does not tell, because then nothing may be hidden. Costs Redis nothing as a rule. */
  read(): Promise<ReadonlyMap<string, Snooze>>
  /** What the last `read` gave, without what has ended since. */
  latest(): ReadonlyMap<string, Snooze>
  /** Rises with every change of `latest`. */
  version(): number
  /** Throws `not-found` for a finding that there is none of, `invalid` for an end that is past or too far, `source-unavailable` while the home is away. Cost: one HSET. */
  set(actor: AdminActor, finding: string, input: SnoozeInput): Promise<Snooze>
  /** Throws `not-found` where it is not put off. Cost: one HDEL. */
  wake(actor: AdminActor, finding: string): Promise<void>
  start(): void
  close(): void
}

type SnoozesContext = {
  home: Connection
  audit: Pick<Audit, 'write'>
  /** Whether this is the id of a check. */
  isFinding(id: string): boolean
}

export function createSnoozes({ home, audit, isFinding }: SnoozesContext): Snoozes {
  const kept = createHeldHash<Snooze>({
    home,
    key: snoozesKey,
    parse: (value) => Snooze.safeParse(value).data ?? null,
  })
  let held: ReadonlyMap<string, Snooze> = new Map()
  let version = 0
  let said = ''

  const latest = () => new Map([...held].filter(([, { untilAt }]) => untilAt > home.now()))

  return {
    latest,
    version() {
      const now = versionOf([...latest()])
      if (now !== said) version += 1
      said = now
      return version
    },
    async read() {
      try {
        held = (await kept.read()).values
      } catch {
        // Nobody knows what was put off, so all of it is told.
        held = new Map()
      }
      return latest()
    },
    async set(actor, finding, { reason, forMs = 0, untilAt }) {
      if (!isFinding(finding)) throw new KnownError('not-found', 'There is no such finding.')
      const at = home.now()
      const snooze: Snooze = { admin: actor.admin.username, reason, at, untilAt: untilAt ?? at + forMs }
      const lastsMs = snooze.untilAt - at
      if (lastsMs < leastSnoozeMs || lastsMs > mostSnoozeMs) {
        const faults = [{ pointer: '/untilAt', detail: 'must be a minute to a year from now' }]
        throw new KnownError('invalid', 'The finding was not put off.', { faults })
      }
      const about = `${finding} until ${new Date(snooze.untilAt).toISOString()}: ${reason}`
      return noteDeed(audit, actor, { deed: 'finding.snooze', about }, async () => {
        const { values } = await kept.read()
        await kept.put(finding, snooze)
        await kept.remove(
          [...values].flatMap(([other, { untilAt }]) => (other !== finding && untilAt <= at ? [other] : [])),
        )
        return snooze
      })
    },
    async wake(actor, finding) {
      const { values } = await kept.read()
      if (!values.has(finding)) throw new KnownError('not-found', 'This finding is not put off.')
      await noteDeed(audit, actor, { deed: 'finding.wake', about: finding }, async () => {
        await kept.remove([finding])
        return {}
      })
    },
    start: kept.start,
    close: kept.close,
  }
}
