import { ApiProblem, send } from '@/lib/client/api'
import { reload } from '@/lib/client/resource'
import { SavedView, type ViewInput, ViewList } from '@/lib/contract/view'

/** Keeps a search. Never throws. */
export async function saveView(input: ViewInput): Promise<{ view: SavedView } | { problem: ApiProblem }> {
  try {
    const view = await send('POST', '/api/views', SavedView, input)
    await readAnew()
    return view === null ? { problem: unclear } : { view }
  } catch (error) {
    return { problem: toProblem(error) }
  }
}

/** Deletes a view; what went wrong, or null. Never throws. */
export async function deleteView(view: string): Promise<ApiProblem | null> {
  try {
    await send('DELETE', `/api/views/${view}`, SavedView)
    await readAnew()
    return null
  } catch (error) {
    return toProblem(error)
  }
}

/** What opens a view must know of it. That this read failed says nothing of the deed: whoever shows the views asks again. */
const readAnew = () => reload('/api/views', ViewList).catch(() => undefined)

const unclear = new ApiProblem({
  code: 'bad-answer',
  status: null,
  title: 'The answer was not understood',
  detail: 'Reload the page and look whether it was done.',
})

const toProblem = (error: unknown) => (error instanceof ApiProblem ? error : unclear)
