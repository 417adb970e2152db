import { showToast } from '@/components/ui/toast'
import { visibleString } from '@/components/ui/visible-text'
import { ApiProblem, send } from '@/lib/client/api'
import { refresh } from '@/lib/client/resource'
import { type ConsoleSessionRow, EndAnswer } from '@/lib/contract/console-session'

/** Ends an admin's sign-in and says how it went. Never rejects. */
export async function endConsoleSession({ handle, username }: ConsoleSessionRow): Promise<void> {
  const whose = visibleString(username)
  try {
    const answer = await send('DELETE', `/api/console-sessions/${handle}`, EndAnswer)
    const isOver = answer?.outcome === 'done' || answer?.outcome === 'already-gone'
    const title = isOver ? `${whose} is signed out there` : `The session of ${whose} was not ended`
    showToast({ title, detail: answer?.reason ?? null, isBad: !isOver })
  } catch (error) {
    const isGone = error instanceof ApiProblem && error.code === 'not-found'
    const detail = error instanceof ApiProblem ? error.detail : 'The page itself failed. Reload it.'
    showToast({
      title: isGone ? `The session of ${whose} had ended already` : `The session of ${whose} was not ended`,
      detail: isGone ? null : detail,
      isBad: !isGone,
    })
  }
  refresh('/api/console-sessions')
}
