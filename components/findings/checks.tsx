import { CircleHelp, Check as Tick } from 'lucide-react'
import type { Check } from '@/lib/contract/finding'

/** What was looked at and is well, and what could not be judged, with the reason. */
export function Checks({ checks }: { checks: Check[] }) {
  const rest = checks.filter(({ state }) => state !== 'found')
  if (rest.length === 0) return null
  return (
    <section aria-labelledby="checks" className="pt-2">
      <h2 id="checks" className="pb-2 text-sm font-medium text-muted">
        Also checked
      </h2>
      <ul className="grid gap-x-8 gap-y-2 text-sm sm:grid-cols-2 lg:grid-cols-3">
        {rest.map(({ id, title, state, reason }) => (
          <li key={id} data-check={id} className="flex items-start gap-2">
            {state === 'quiet' ? (
              <Tick aria-hidden className="mt-0.5 size-4 shrink-0 text-live" />
            ) : (
              <CircleHelp aria-hidden className="mt-0.5 size-4 shrink-0 text-stale" />
            )}
            <span className="min-w-0">
              {title}
              <span className="text-faint">{state === 'quiet' ? ': quiet' : `: not known. ${reason ?? ''}`}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
