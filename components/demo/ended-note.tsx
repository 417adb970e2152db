import { Clock, DoorClosed } from 'lucide-react'

export type Ending = 'revoked' | 'ran-out' | 'unknown'

const words: Record<Ending, { title: string; detail: string }> = {
  revoked: {
    title: 'An operator ended your session',
    detail: 'It was gone from Redis before its time. Your basket went with it, and your cookie opens nothing any more.',
  },
  'ran-out': {
    title: 'Your session ran out',
    detail: 'Nobody came by for as long as it lasts, so Redis removed it.',
  },
  unknown: {
    title: 'Your session is over',
    detail: 'It ended while this page was not looking: revoked by an operator, or run out.',
  },
}

/** Says that the visitor was signed out, and by what. */
export function EndedNote({ ending }: { ending: Ending }) {
  const { title, detail } = words[ending]
  const Icon = ending === 'ran-out' ? Clock : DoorClosed
  return (
    <div
      role="alert"
      className={`flex items-start gap-3 rounded-lg p-4 ${ending === 'ran-out' ? 'bg-expiring-soft' : 'bg-danger-soft'}`}
    >
      <Icon
        aria-hidden
        className={`mt-0.5 size-5 shrink-0 ${ending === 'ran-out' ? 'text-expiring' : 'text-danger'}`}
      />
      <div>
        <p className="text-lg font-semibold">{title}</p>
        <p className="mt-0.5 text-sm">{detail} Sign in again below.</p>
      </div>
    </div>
  )
}
