import type { Cluster, Redis } from 'ioredis'
import type { Observer } from './observer'
import { readEnds } from './truth'

/** A session that something will be done to, as it was before. */
export type Subject = { index: number; handle: string; endsAt: number | null }

/** What was asked and what was said; `said` null: no answer that says an outcome. */
export type DoneDeed = Subject & {
  kind: 'revoke' | 'extend'
  said: string | null
  status: number | null
  untilAt: number | null
}

export const extendByMs = 7_200_000

export async function doDeed(observer: Observer, kind: DoneDeed['kind'], subject: Subject): Promise<DoneDeed> {
  const path = `/api/sessions/${subject.handle}`
  const { status, text } =
    kind === 'revoke'
      ? await observer.call('DELETE', path)
      : await observer.call('POST', `${path}/extension`, { byMs: extendByMs })
  const answer = status === null ? {} : parse(text)
  return { ...subject, kind, status, said: answer.outcome ?? null, untilAt: answer.expiresAt ?? null }
}

function parse(text: string): { outcome?: string; expiresAt?: number } {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/**
 * Each sentence is a deed whose answer is not what Redis shows. `losesSessions`: the fault itself takes sessions away, so one that is gone says nothing about an extension or a revoke that failed.
 */
export async function checkDeeds(
  client: Redis | Cluster,
  deeds: readonly DoneDeed[],
  losesSessions: boolean,
): Promise<string[]> {
  const ends = await readEnds(
    client,
    deeds.map(({ index }) => index),
  )
  return deeds.flatMap((deed) => {
    const endsAt = ends.get(deed.index) ?? null
    const wrong =
      deed.kind === 'revoke' ? judgeRevoke(deed, endsAt, losesSessions) : judgeExtend(deed, endsAt, losesSessions)
    return wrong === null
      ? []
      : [`${deed.kind} of ${deed.index} was ${deed.said ?? `answered ${deed.status}`}, but ${wrong}`]
  })
}

function judgeRevoke({ said, status }: DoneDeed, endsAt: number | null, losesSessions: boolean): string | null {
  switch (said) {
    case 'done':
    case 'already-gone':
      return endsAt === null ? null : 'it is there'
    case 'failed':
    case 'refused':
      return endsAt !== null || losesSessions ? null : 'it is gone'
    case 'unknown':
      return null
    default:
      // Who is not signed in, or finds nobody to vouch for them, did nothing.
      return isRefusal(status) && (endsAt !== null || losesSessions) ? null : 'that says no outcome'
  }
}

function judgeExtend(deed: DoneDeed, endsAt: number | null, losesSessions: boolean): string | null {
  switch (deed.said) {
    case 'done':
      if (endsAt === null) return losesSessions ? null : 'it is gone'
      return endsAt >= (deed.untilAt ?? Number.POSITIVE_INFINITY) ? null : 'it ends earlier'
    case 'failed':
    case 'refused':
      if (endsAt === null) return losesSessions ? null : 'it is gone'
      return endsAt === deed.endsAt ? null : `its end has changed by ${endsAt - (deed.endsAt ?? 0)} ms`
    case 'already-gone':
      return endsAt === null ? null : 'it is there'
    case 'unknown':
      return null
    default:
      return isRefusal(deed.status) ? null : 'that says no outcome'
  }
}

const isRefusal = (status: number | null) => status === 401 || status === 403 || status === 404 || status === 503
