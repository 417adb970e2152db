import { showToast } from '@/components/ui/toast'
import { ApiProblem, send } from '@/lib/client/api'
import { leaveByWish } from '@/lib/client/signed-out'
import { Nothing } from '@/lib/contract/login'

/** Ends this admin's own session and leaves the page; says so when it did not work. */
export async function signOut(): Promise<void> {
  try {
    await leaveByWish(() => send('DELETE', '/api/login', Nothing))
  } catch (error) {
    // Being signed in still is something to know.
    const detail = error instanceof ApiProblem ? error.detail : 'The page itself failed. Reload it.'
    showToast({ title: 'You are still signed in', detail, isBad: true })
  }
}
