import useSWRMutation from 'swr/mutation'
import type * as z from 'zod/mini'
import { ApiProblem, type Method, send } from './api'

export type Action<Input, T> = {
  /** Does it. Resolves to what the server said, or null when it said nothing (204) or failed: then `problem` tells why. */
  run: (input: Input) => Promise<T | null>
  isRunning: boolean
  problem: ApiProblem | null
}

/** One deed of a form: sends `input` as JSON and keeps how it went. Never counts as a poll. */
export function useAction<Input, T>(method: Method, path: string, schema: z.ZodMiniType<T>): Action<Input, T> {
  const { trigger, isMutating, error } = useSWRMutation<T | null, ApiProblem, string, unknown>(
    `${method} ${path}`,
    (_key, { arg }) => send(method, path, schema, arg),
    { throwOnError: false, populateCache: false, revalidate: false },
  )
  return {
    run: async (input) => (await trigger(input)) ?? null,
    isRunning: isMutating,
    problem: error instanceof ApiProblem ? error : null,
  }
}
