import { isKnownError } from '@/lib/errors'
import { type ActionContext, type Actor, type Target, writeEntry } from './context'
import { extendOne } from './extend'

/** Another primary may lack what the old one acknowledged so shortly before. */
const upheldMs = 30_000
const mostUpheld = 1000

type Promised = { actor: Actor; target: Target; untilAt: number; at: number }

/** Extends of the last half minute: a failover of Redis loses what it had not copied to a replica yet, although it had said that it was done. */
export type Upheld = {
  note(actor: Actor, target: Target, untilAt: number): void
  /** Looks at each again on these sources and extends anew what ends earlier now; the audit says so. Never throws. Cost: a read of each, and an extend of each that was lost. */
  check(context: ActionContext, isOn: (sourceId: string) => boolean): Promise<void>
}

export function createUpheld(): Upheld {
  const promised = new Map<string, Promised>()

  function forgetOld() {
    for (const [handle, { at }] of promised) {
      if (Date.now() - at < upheldMs && promised.size <= mostUpheld) return
      promised.delete(handle)
    }
  }

  async function extendAgain(context: ActionContext, { actor, target, untilAt }: Promised) {
    const { answer, after } = await extendOne(target, { untilAt }, () => null)
    if (answer.outcome !== 'done') return
    await context.refresh(target, after)
    const reason = 'done again: Redis came back without it'
    await writeEntry(context, actor, 'session.extend', target, { phase: 'outcome', outcome: 'done', reason })
  }

  return {
    note(actor, target, untilAt) {
      promised.delete(target.handle)
      promised.set(target.handle, { actor, target, untilAt, at: Date.now() })
      forgetOld()
    },
    async check(context, isOn) {
      forgetOld()
      for (const one of [...promised.values()]) {
        if (!isOn(one.target.source.id)) continue
        try {
          await extendAgain(context, one)
        } catch (error) {
          // It is away again, and looked at when it is back.
          if (!isKnownError(error)) context.log.error('uphold.broken', { error })
        }
      }
    },
  }
}
