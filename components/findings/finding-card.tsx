import { ArrowRight, ChevronRight, Info, type LucideIcon, OctagonAlert, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { JobRequest } from '@/components/jobs/job-dialog'
import { Badge, type Tone } from '@/components/ui/badge'
import { buttonClass } from '@/components/ui/button'
import { sayCount } from '@/components/ui/words'
import type { Finding, Severity } from '@/lib/contract/finding'
import { Evidence } from './evidence'
import { Remedies } from './remedies'
import { SnoozeNote } from './snooze'
import { sayShare, tableOf } from './words'

const looks: Record<Severity, { label: string; tone: Tone; ink: string; icon: LucideIcon }> = {
  critical: { label: 'Critical', tone: 'danger', ink: 'text-danger', icon: OctagonAlert },
  warning: { label: 'Warning', tone: 'expiring', ink: 'text-expiring', icon: TriangleAlert },
  info: { label: 'Info', tone: 'accent', ink: 'text-accent', icon: Info },
}

type FindingCardProps = { finding: Finding; ask: (request: JobRequest) => void }

/** One finding: how bad, how many, which, why it matters and what to change. One that was put off is folded below who did so. */
export function FindingCard({ finding, ask }: FindingCardProps) {
  const { id, snooze } = finding
  const headingId = `finding-${id}`
  const frame = { 'aria-labelledby': headingId, 'data-finding': id }
  if (snooze === null) {
    return (
      <article {...frame} className={`${columns} rounded-lg border bg-raised p-4 sm:p-5`}>
        <div className="flex min-w-0 flex-col gap-3">
          <Head finding={finding} headingId={headingId} />
          <Text finding={finding} ask={ask} />
        </div>
        <Cases finding={finding} />
      </article>
    )
  }
  return (
    <article {...frame} data-snoozed="" className="flex flex-col gap-3 rounded-lg border border-dashed p-4 sm:p-5">
      <Head finding={finding} headingId={headingId} />
      <SnoozeNote finding={finding} />
      <Fold title="What was found">
        <div className={columns}>
          <div className="flex min-w-0 flex-col gap-3">
            <Text finding={finding} ask={ask} />
          </div>
          <Cases finding={finding} />
        </div>
      </Fold>
    </article>
  )
}

const columns = 'grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]'

function Head({ finding: { severity, title, count, share }, headingId }: { finding: Finding; headingId: string }) {
  const { label, tone, ink, icon: Icon } = looks[severity]
  return (
    <div className="flex items-start gap-4">
      <div className="flex min-w-0 flex-1 flex-col items-start gap-1.5">
        <Badge tone={tone}>
          <Icon aria-hidden className="size-3.5" />
          {label}
        </Badge>
        <h2 id={headingId} className="text-lg font-semibold tracking-tight text-balance">
          {title}
        </h2>
      </div>
      {count === null || share === null ? null : (
        <p className="text-right">
          <span className={`block text-2xl font-semibold tracking-tight ${ink}`}>{sayCount(count)}</span>
          <span className="block text-xs text-muted">{sayShare(share)}</span>
        </p>
      )}
    </div>
  )
}

function Text({ finding, ask }: FindingCardProps) {
  const { explanation, why, remedy, snooze } = finding
  return (
    <>
      <p className="text-base wrap-anywhere">{explanation}</p>
      <Fold title="Why it matters, what to change" isOpen={snooze === null}>
        <div className="flex flex-col gap-2 border-l-2 pl-3 text-sm text-muted">
          <p>{why}</p>
          <p>
            <span className="font-medium text-ink">What to change: </span>
            {remedy}
          </p>
        </div>
      </Fold>
      <Remedies finding={finding} ask={ask} />
    </>
  )
}

function Cases({ finding }: { finding: Finding }) {
  const { title, count, sources, evidence } = finding
  const table = tableOf(finding)
  if (evidence.length === 0) return null
  return (
    <div className="flex min-w-0 flex-col gap-2 lg:border-l lg:pl-8">
      <Evidence rows={evidence} count={count ?? evidence.length} title={title} />
      <div className="mt-auto flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm text-muted">
        <span className="wrap-anywhere">
          {sources.length === 1 ? 'Source' : 'Sources'}: {sources.join(', ')}
        </span>
        {table === null ? null : (
          <Link href={table} prefetch={false} className={`${buttonClass('plain')} max-sm:w-full`}>
            Show {count === 1 ? 'it' : `all ${sayCount(count ?? 0)}`} in the table
            <ArrowRight aria-hidden className="size-3.5" />
          </Link>
        )}
      </div>
    </div>
  )
}

function Fold({ title, isOpen = false, children }: { title: string; isOpen?: boolean; children: ReactNode }) {
  return (
    <details open={isOpen}>
      <summary className="-ml-1 inline-flex min-h-control list-none items-center gap-1 rounded-md pr-2 text-sm font-medium text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 transition-transform duration-quick ease-out [details[open]>summary>&]:rotate-90"
        />
        {title}
      </summary>
      <div className="mt-1">{children}</div>
    </details>
  )
}
