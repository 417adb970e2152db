'use client'

import { Clock4 } from 'lucide-react'
import type { ReactNode } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { VisibleText } from '@/components/ui/visible-text'
import { sayTime } from '@/components/ui/words'
import { useTicking } from '@/lib/client/clock'
import { useResource } from '@/lib/client/resource'
import { SessionDetail as Detail } from '@/lib/contract/session'
import { canUndo, isHidden, revokeSession, undoLast, useLeaving } from './deeds'
import { EndedFace } from './ended-face'
import { ExtendButton } from './extend-button'
import { HiddenValue } from './hidden-value'
import { PayloadTree } from './payload-tree'
import { Facts, Heading, History } from './session-facts'
import { Ttl } from './ttl'
import { findingWords, limitWords, personOf, statusWords } from './words'

type SessionDetailProps = {
  handle: string
  /** Draws the name as the page's heading, or as a part of one. */
  headingLevel: 1 | 2
  aside?: ReactNode
}

/** One session whole: whose it is, how long it has left, what it holds, what a deed would not reach. The side sheet and the page draw the same. */
export function SessionDetail({ handle, headingLevel, aside }: SessionDetailProps) {
  const { data, problem, isLoading } = useResource(`/api/sessions/${handle}`, Detail)
  const leaving = useLeaving()
  const isOver = useTicking((now) => data?.expiresAt !== null && data !== undefined && data.expiresAt <= now)
  const hasUndo = useTicking((now) => canUndo(handle, now))
  const wasEnded = leaving.has(handle) && isHidden(leaving, handle)
  if (problem?.code === 'not-found' || wasEnded || (problem !== null && leaving.has(handle))) {
    return (
      <Frame aside={aside} title={data ? personOf(data) : 'Session'} level={headingLevel}>
        <EndedFace handle={handle} level={headingLevel} undo={hasUndo ? () => void undoLast() : null} />
      </Frame>
    )
  }
  if (data === undefined) {
    return (
      <Frame aside={aside} title="Session" level={headingLevel}>
        {problem === null ? (
          isLoading && <Waiting />
        ) : (
          <ProblemNote title={problem.title}>{problem.detail} This page keeps trying.</ProblemNote>
        )}
      </Frame>
    )
  }
  return (
    <Frame
      aside={aside}
      title={
        <VisibleText
          text={
            data.label ?? data.principal ?? (data.status === 'unreadable' ? 'Unreadable session' : 'Anonymous session')
          }
        />
      }
      level={headingLevel}
      subtitle={data.principal !== null && data.label !== null && data.label !== data.principal ? data.principal : null}
    >
      <title>{`${personOf(data)} · Rollcall`}</title>
      {problem === null ? null : (
        <ProblemNote tone="stale" title={problem.title}>
          {problem.detail} What stands here was true at {sayTime(data.now)}.
        </ProblemNote>
      )}
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div className="min-w-52 flex-1">
          <Ttl expiresAt={data.expiresAt} status={data.status} size="large" />
          <p className="mt-1.5 text-sm text-muted">
            {data.expiresAt === null ? (
              'It never ends by itself.'
            ) : isOver ? (
              'Its time is over.'
            ) : (
              <span suppressHydrationWarning>Ends {sayTime(data.expiresAt)}</span>
            )}
          </p>
        </div>
        <div className="flex gap-2">
          {data.can.extend ? (
            <ExtendButton
              row={data}
              trigger={
                <Button>
                  <Clock4 aria-hidden className="size-4" /> Extend
                </Button>
              }
            />
          ) : null}
          {data.can.revoke ? (
            <Button look="danger" onClick={() => void revokeSession(data)}>
              Revoke
            </Button>
          ) : null}
        </div>
      </div>
      <div className="flex flex-wrap gap-1.5">
        <Badge tone={statusWords[data.status].tone}>{statusWords[data.status].label}</Badge>
        {data.findings
          .filter((finding) => finding !== 'no-expiry' && finding !== 'unreadable')
          .map((finding) => (
            <Badge key={finding} tone={finding === 'oversized' ? 'expiring' : 'plain'}>
              {findingWords[finding]}
            </Badge>
          ))}
      </div>
      {data.cannot.length > 0 ? <p className="text-sm text-muted">{data.cannot.join(' ')}</p> : null}
      <Facts data={data} />
      <section aria-label="Payload">
        <Heading level={headingLevel} className="mb-2 text-sm font-medium">
          Payload
        </Heading>
        {data.unreadableReason === null ? (
          <PayloadTree
            value={data.payload}
            revealable={data.revealable}
            drawHidden={(pointer, name) => <HiddenValue handle={handle} pointer={pointer} name={name} />}
          />
        ) : (
          <ProblemNote tone="stale" title="This payload could not be read">
            {data.unreadableReason} The session can still be ended.
          </ProblemNote>
        )}
        {data.truncated ? (
          <p className="mt-2 text-sm text-muted">Only its first megabyte was read; what comes after it is not shown.</p>
        ) : null}
      </section>
      {data.notReached.length > 0 ? (
        <section>
          <Heading level={headingLevel} className="mb-1 text-sm font-medium">
            What a revoke or an extension does not reach
          </Heading>
          <ul className="list-disc space-y-1 pl-4 text-sm text-muted marker:text-faint">
            {data.notReached.map((limit) => (
              <li key={limit}>{limitWords[limit]}</li>
            ))}
          </ul>
        </section>
      ) : null}
      <History entries={data.history} level={headingLevel} />
    </Frame>
  )
}

function Frame({
  title,
  subtitle = null,
  level,
  aside,
  children,
}: {
  title: ReactNode
  subtitle?: string | null
  level: 1 | 2
  aside: ReactNode
  children: ReactNode
}) {
  const Title = level === 1 ? 'h1' : 'h2'
  return (
    <article className="flex flex-col gap-5 px-5 pt-4 pb-10">
      <header className="flex min-h-control items-start gap-3">
        <div className="min-w-0 flex-1">
          <Title className="text-xl font-semibold tracking-tight wrap-anywhere" tabIndex={-1} data-sheet-title>
            {title}
          </Title>
          {subtitle === null ? null : (
            <p className="text-sm text-muted wrap-anywhere">
              <VisibleText text={subtitle} />
            </p>
          )}
        </div>
        {aside}
      </header>
      {children}
    </article>
  )
}

function Waiting() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-8 w-48" />
      <Skeleton className="h-4 w-64" />
      <Skeleton className="h-40 w-full" />
    </div>
  )
}
