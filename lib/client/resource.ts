import useSWR, { mutate } from 'swr'
import type * as z from 'zod/mini'
import { ApiProblem, ask } from './api'

/** A path to GET, or a search whose words must not stand in an address and go in a body. */
export type Target = string | { path: string; body: object }

type Memory = { value: unknown; etag: string | null; answeredAt: number | null }

/** What each target last said. As many as a person may look at; the oldest goes first. */
const memories = new Map<string, Memory>()
const mostMemories = 200

/** Which target said a value. */
const owners = new WeakMap<object, string>()

export type Resource<T> = {
  data: T | undefined
  problem: ApiProblem | null
  /** No value yet, and none from before. */
  isLoading: boolean
  /** `data` is what another target said: the present one has not answered yet. */
  isPrevious: boolean
}

/** After a failure what is asked only once is asked again in this time. */
const retryMs = 2000
/** What is not there may come back, but seldom does. */
const retryGoneMs = 5000

type ResourceOptions<T> = {
  /** 0: asked once, and again only when somebody comes back to the page. */
  everyMs?: number
  /** What the server already read for this page. */
  fallback?: T | undefined
  /** Keeps the last target's value until the next one's comes. */
  keepsPrevious?: boolean
}

/**
 * What a path says, asked again while the page is visible. The first request of a target is a person's doing; every later one is a poll and does not keep
 * anybody signed in. Nothing new keeps the same object and paints nothing. Null asks nothing.
 */
export function useResource<T extends object>(
  target: Target | null,
  schema: z.ZodMiniType<T>,
  options: ResourceOptions<T> = {},
): Resource<T> {
  const { everyMs = 1000, fallback, keepsPrevious = false } = options
  const { data, error } = useSWR<T, ApiProblem>(
    target === null ? null : keyOf(target),
    () => (target === null ? Promise.reject(new Error('nothing to ask')) : poll(target, schema)),
    {
      refreshInterval: everyMs,
      dedupingInterval: Math.min(500, (everyMs || retryMs) / 2),
      focusThrottleInterval: 500,
      // A console on this very machine answers also while the browser believes itself offline.
      refreshWhenOffline: true,
      isOnline: () => true,
      keepPreviousData: keepsPrevious,
      compare: (a, b) => a === b,
      onErrorRetry: (failure, _key, _config, revalidate, retry) => {
        const waitMs = failure.code === 'not-found' ? Math.max(everyMs, retryGoneMs) : everyMs || retryMs
        setTimeout(() => {
          if (document.visibilityState === 'visible') void revalidate(retry)
        }, waitMs)
      },
      ...(fallback === undefined ? {} : { fallbackData: fallback }),
    },
  )
  const isOwn = data === undefined || data === fallback || target === null || owners.get(data) === keyOf(target)
  return {
    data,
    problem: error ?? null,
    isLoading: data === undefined && error === undefined && target !== null,
    isPrevious: !isOwn,
  }
}

/** When the server last answered for this target, on this machine's clock; null: never. */
export function answeredAt(target: Target): number | null {
  return memories.get(keyOf(target))?.answeredAt ?? null
}

/** Asks again for everything on the page whose path starts so. */
export function refresh(path: string): void {
  void mutate((key) => typeof key === 'string' && key.startsWith(path))
}

/** Asks now what a path says and hands it to whoever shows it. Throws `ApiProblem`. */
export async function reload<T extends object>(path: string, schema: z.ZodMiniType<T>): Promise<void> {
  await mutate(path, await poll(path, schema), { revalidate: false })
}

function keyOf(target: Target): string {
  return typeof target === 'string' ? target : `${target.path}#${JSON.stringify(target.body)}`
}

async function poll<T extends object>(target: Target, schema: z.ZodMiniType<T>): Promise<T> {
  const key = keyOf(target)
  const known = memories.get(key)
  const memory: Memory = known ?? { value: undefined, etag: null, answeredAt: null }
  remember(key, memory)
  const headers = known ? { 'X-Poll': '1', 'If-None-Match': memory.etag ?? 'W/"none"' } : {}
  const answer =
    typeof target === 'string'
      ? await ask(target, schema, { headers })
      : await ask(target.path, schema, { method: 'POST', body: withVersion(target.body, memory.value), headers })
  memory.answeredAt = Date.now()
  if (answer.isSame) {
    if (memory.value !== undefined) {
      // What was remembered under this target was parsed by this target's schema.
      return memory.value as T
    }
    throw new ApiProblem({
      code: 'bad-answer',
      status: 304,
      title: 'No answer',
      detail: 'The server said nothing. Reload the page.',
    })
  }
  memory.value = answer.value
  owners.set(answer.value, key)
  memory.etag = answer.etag
  return answer.value
}

function withVersion(body: object, value: unknown): object {
  return typeof value === 'object' && value !== null && 'version' in value ? { ...body, version: value.version } : body
}

function remember(key: string, memory: Memory): void {
  memories.delete(key)
  memories.set(key, memory)
  if (memories.size <= mostMemories) return
  const [oldest] = memories.keys()
  if (oldest !== undefined) memories.delete(oldest)
}
