import type { NextRequest } from 'next/server'
import type { Meter } from '@/lib/meter'
import { templateOf } from './template'

/** How many requests were answered how, and how long they took. Names: the route's template, the method, `poll` or `call`; of an answer its status too. */
export type Requests = { answers: Meter; durations: Meter }

/** Counts one answer, and the time since `askedAt`, which is as `performance.now()` has it. */
export function noteRequest(
  { answers, durations }: Requests,
  about: { request: NextRequest; isPoll: boolean; askedAt: number; status: number },
): void {
  const { request, isPoll, askedAt, status } = about
  const kind = [templateOf(request.nextUrl.pathname), request.method, isPoll ? 'poll' : 'call']
  answers.note([...kind, String(status)])
  durations.note(kind, performance.now() - askedAt)
}
