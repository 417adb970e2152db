import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

const tones = {
  danger: 'bg-danger-soft text-danger',
  warning: 'bg-expiring-soft text-expiring',
  stale: 'bg-stale-soft text-stale',
} as const

type ProblemNoteProps = { title: string; tone?: keyof typeof tones; children?: ReactNode; action?: ReactNode }

/** Something is wrong, said in place: what happened as `title`, what to do as children, a way on as `action`. */
export function ProblemNote({ title, tone = 'danger', children, action }: ProblemNoteProps) {
  return (
    <div role="alert" className={`flex items-start gap-2.5 rounded-lg px-3.5 py-3 text-sm ${tones[tone]}`}>
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {children ? <div className="mt-0.5 text-ink/85">{children}</div> : null}
      </div>
      {action}
    </div>
  )
}
