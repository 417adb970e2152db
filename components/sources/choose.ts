import { showToast } from '@/components/ui/toast'
import { visibleString } from '@/components/ui/visible-text'
import { ApiProblem, send } from '@/lib/client/api'
import { refresh } from '@/lib/client/resource'
import { type SourceChoiceInput, SourceList } from '@/lib/contract/source'

/** Says of a prefix whether it is watched, and how it went, with the way back. Never rejects. */
export async function chooseSource(input: SourceChoiceInput): Promise<void> {
  const name = visibleString(input.prefix)
  const isWatched = input.choice === 'include'
  try {
    await send('POST', '/api/sources', SourceList, input)
    showToast({
      title: isWatched ? `${name} is watched` : `${name} is left alone`,
      detail: isWatched ? null : 'Its sessions are no longer shown. In Redis nothing changed.',
      action: {
        label: isWatched ? 'Leave alone' : 'Watch again',
        run: () => void chooseSource({ ...input, choice: isWatched ? 'exclude' : 'include' }),
      },
    })
  } catch (error) {
    showToast({
      title: `Nothing was changed for ${name}`,
      detail: error instanceof ApiProblem ? error.detail : 'The page itself failed. Reload it.',
      isBad: true,
    })
  }
  refresh('/api/sources')
}
