import { type AdminActor, noteDeed } from '@/lib/admin/actor'
import type { SourceChoiceInput } from '@/lib/contract/source'
import { mayHoldId } from '@/lib/formats/guess'
import type { Runtime } from '@/lib/runtime'

/** An admin says whether the keys under a prefix are watched, and as which format. Audited with what was said; throws as the choice does. */
export async function chooseSource(
  { sources, audit, now }: Pick<Runtime, 'sources' | 'audit' | 'now'>,
  actor: AdminActor,
  input: SourceChoiceInput,
): Promise<void> {
  const { prefix, choice, format, redis, database } = input
  const named = mayHoldId(prefix) ? 'a prefix that may hold a session id' : JSON.stringify(prefix)
  const about = `${choice} ${named} in database ${database}${redis === null ? '' : ` of ${redis}`}${format === null ? '' : ` as ${format}`}`
  await noteDeed(audit, actor, { deed: 'source.choose', about }, async () => {
    await sources.choose({ ...input, admin: actor.admin.username, at: now() })
    return {}
  })
}
