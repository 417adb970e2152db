import { sayMany } from '@/components/ui/words'
import { ApiProblem, send } from '@/lib/client/api'
import { SessionPage } from '@/lib/contract/session'

/** Leads to the session that a pasted id, cookie or handle names; it is sent in a body. Answers a sentence where there is none, or more than one. */
export async function findSession(q: string, go: (path: string) => void): Promise<string | undefined> {
  try {
    const page = await send('POST', '/api/sessions/search', SessionPage, { q, page: 1, size: 2 })
    const [row] = page?.rows ?? []
    if (page === null || row === undefined) return 'No session here has this id.'
    if (page.total > 1) return `${sayMany(page.total, 'session')} match. Paste the whole id.`
    go(`/sessions/${row.handle}`)
    return undefined
  } catch (error) {
    return error instanceof ApiProblem ? error.detail : 'The page itself failed. Reload it.'
  }
}
