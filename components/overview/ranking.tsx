import Link from 'next/link'
import { visibleString } from '@/components/ui/visible-text'
import { sayCount } from '@/components/ui/words'

export type Ranked = { id: string; label: string; hint?: string | null; count: number; href: string | null }

/** The largest of something, each with a bar behind it that compares it with the first. */
export function Ranking({ title, rows, empty }: { title: string; rows: Ranked[]; empty: string }) {
  return (
    <section aria-label={title} className="min-w-0 rounded-lg border bg-raised p-4">
      <h2 className="text-sm font-semibold">{title}</h2>
      {rows.length === 0 ? <p className="mt-2 text-sm text-muted">{empty}</p> : null}
      <ul className="mt-2 flex flex-col">
        {rows.map(({ id, label, hint, count, href }) => {
          const share = count / (rows[0]?.count ?? 1)
          const inner = (
            <>
              <span
                aria-hidden
                className="absolute inset-y-0.5 left-0 rounded-sm bg-accent-soft"
                style={{ width: `${share * 100}%` }}
              />
              <span className="relative min-w-0 flex-1 truncate">
                {visibleString(label)}
                {hint ? <span className="ml-2 text-muted">{visibleString(hint)}</span> : null}
              </span>
              <span className="relative font-medium">{sayCount(count)}</span>
            </>
          )
          const className = 'relative flex min-h-8 items-center gap-3 rounded-md px-2 text-sm pointer-coarse:min-h-11'
          return (
            <li key={id}>
              {href === null ? (
                <span className={className}>{inner}</span>
              ) : (
                <Link href={href} prefetch={false} className={`${className} hover:bg-sunken`}>
                  {inner}
                </Link>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
