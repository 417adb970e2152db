import type { Actor } from '@/lib/actions/context'
import type { SourceChoiceInput } from '@/lib/contract/source'
import { isKnownError } from '@/lib/errors'
import type { Runtime } from '@/lib/runtime'

/** An admin says whether the keys under a prefix are watched, and as which format. Audited as it ended; throws as the choice does. */
export async function chooseSource(
  { sources, audit, now }: Pick<Runtime, 'sources' | 'audit' | 'now'>,
  { admin, requestId, ip }: Actor,
  input: SourceChoiceInput,
): Promise<void> {
  const { prefix, choice, format, database } = input
  const what = `${choice} ${JSON.stringify(prefix)} in database ${database}${format === null ? '' : ` as ${format}`}`
  const write = (outcome: 'done' | 'refused' | 'failed', reason: string) =>
    void audit.write({
      phase: 'outcome',
      deed: 'source.choose',
      admin: admin.username,
      handle: null,
      principal: null,
      outcome,
      reason,
      requestId,
      ip,
    })
  try {
    await sources.choose({ ...input, admin: admin.username, at: now() })
    write('done', what)
  } catch (error) {
    const isAway = isKnownError(error) && error.code === 'source-unavailable'
    write(isAway ? 'failed' : 'refused', what)
    throw error
  }
}
