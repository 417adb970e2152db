import Link from 'next/link'
import { Badge, type Tone } from '@/components/ui/badge'
import type { Severity } from '@/lib/contract/finding'
import type { Overview } from '@/lib/contract/overview'

const tones: Record<Severity, { label: string; tone: Tone }> = {
  critical: { label: 'Critical', tone: 'danger' },
  warning: { label: 'Warning', tone: 'expiring' },
  info: { label: 'Info', tone: 'accent' },
}

/** The worst of what was found; the page of findings has the rest. */
export function TopFindings({ findings, snoozed }: Pick<Overview, 'findings' | 'snoozed'>) {
  return (
    <section aria-label="Findings" className="min-w-0 rounded-lg border bg-raised p-4 lg:col-span-2">
      <div className="flex items-baseline justify-between gap-4">
        <h2 className="text-sm font-semibold">Findings</h2>
        <Link href="/findings" prefetch={false} className="text-sm text-accent hover:underline">
          All findings
        </Link>
      </div>
      {findings.length === 0 ? (
        <p className="mt-2 text-sm text-muted">
          {snoozed === 0
            ? 'Nothing wrong was found. It is looked at all the time.'
            : 'Nothing was found that nobody knows of.'}
        </p>
      ) : null}
      <ul className="mt-1 divide-y divide-line">
        {findings.map(({ id, severity, title, explanation }) => (
          <li key={id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2 text-sm">
            <Badge tone={tones[severity].tone}>{tones[severity].label}</Badge>
            <span className="font-medium">{title}</span>
            <span className="min-w-0 text-muted wrap-anywhere">{explanation}</span>
          </li>
        ))}
      </ul>
      {snoozed === 0 ? null : (
        <p className="pt-1 text-sm text-muted">
          {snoozed === 1 ? '1 more is' : `${snoozed} more are`} put off for now.
        </p>
      )}
    </section>
  )
}
