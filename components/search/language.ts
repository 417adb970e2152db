import type { settle } from '@/lib/search/settle'
import type { suggest } from '@/lib/search/suggest'

type Language = {
  settle: typeof settle
  suggest: typeof suggest
  join: typeof import('@/lib/search/settle').join
  print: typeof import('@/lib/search/print').print
  printWords: typeof import('@/lib/search/print').printWords
}

let loading: Promise<Language> | null = null

/** The search language is not part of the first load: whoever types, or opens a view with words in it, fetches it. */
export function loadLanguage(): Promise<Language> {
  loading ??= Promise.all([import('@/lib/search/settle'), import('@/lib/search/suggest'), import('@/lib/search/print')])
    .then(([{ settle, join }, { suggest }, { print, printWords }]) => ({ settle, join, suggest, print, printWords }))
    .catch((error: unknown) => {
      // The next keystroke tries again.
      loading = null
      throw error
    })
  return loading
}
