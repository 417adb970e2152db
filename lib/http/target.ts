import { createHash } from 'node:crypto'
import type { Target } from '@/lib/actions/context'
import type { Role } from '@/lib/contract/login'
import type { Outcome } from '@/lib/contract/session'
import { KnownError } from '@/lib/errors'
import { getRuntime } from '@/lib/runtime'
import { json } from './answer'

const statusOf: Record<Outcome, number> = { done: 200, 'already-gone': 200, refused: 200, unknown: 202, failed: 503 }

/** The session that the path names. 404 when the handle does not open; whether the key still lives is for the deed to find out. */
export function findTarget({ params }: { params: Record<string, string> }): Target {
  const { handles, sources } = getRuntime()
  const handle = params.handle ?? ''
  const opened = handles.get().open(handle)
  const watched = opened === null ? null : sources.find(opened.source)
  if (opened === null || watched === null || !watched.source.owns(opened.key)) {
    throw new KnownError('not-found', 'There is no such session.')
  }
  return { handle, source: watched.source, key: opened.key }
}

/** A deed's answer with its status. What a deed that failed or ran out of time answers is the door's to say. */
export async function answerDeed(deed: Promise<{ outcome: Outcome }>): Promise<Response> {
  const answer = await deed
  return json(answer, { status: statusOf[answer.outcome] })
}

/**
 * By what an unchanged session's page is known, or null while nothing but Redis can tell: without a feed, or when the roster does not have it.
 * Costs Redis nothing.
 */
export function detailEtag(target: Target, role: Role): string | null {
  const { roster, sources, audit, bootId, freshness } = getRuntime()
  const revision = roster.revision(target.source.id, target.key)
  const watched = sources.find(target.source.id)
  if (revision === null || watched?.connection.feed() !== 'tracking' || freshness().state !== 'live') return null
  const covered = [bootId, target.handle, revision, audit.count(), role].join(' ')
  return `W/"${createHash('sha256').update(covered).digest('base64url').slice(0, 27)}"`
}
