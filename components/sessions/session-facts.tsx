'use client'

import type { ReactNode } from 'react'
import { VisibleText } from '@/components/ui/visible-text'
import { sayAge, sayBothTimes, sayBytes, sayCount, sayLeft, sayTime } from '@/components/ui/words'
import { useTicking } from '@/lib/client/clock'
import type { SessionDetail as Detail } from '@/lib/contract/session'
import { deedWords } from './words'

/** What is known of one session, name by name. */
export function Facts({ data }: { data: Detail }) {
  const redisTtl = useTicking((now) => (data.ttlMs === null ? 'no expiry' : sayLeft(data.ttlMs - (now - data.now))))
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-5 gap-y-1.5 text-sm">
      <Fact name="Source" text={data.source} />
      <Fact name="Format" text={[data.format, ...data.encodings].join(', ')} />
      <Fact name="Device" text={data.device} />
      <Fact name="Address" text={data.ip} isMono />
      <Moment name="Created" at={data.createdAt} />
      <Moment name="Last seen" at={data.lastSeenAt} />
      <Moment name="Ends" at={data.expiresAt} isAhead />
      <Fact
        name="Size"
        text={`${sayBytes(data.sizeBytes)}${data.sizeBytes < 1024 ? '' : ` (${sayCount(data.sizeBytes)} bytes)`}${data.companionBytes > 0 ? `, and ${sayBytes(data.companionBytes)} beside it` : ''}`}
      />
      <Fact name="Redis says" text={`${data.redisType}, TTL ${redisTtl}`} />
      <Fact name="Handle" text={data.handle} isMono />
    </dl>
  )
}

function Fact({ name, text, isMono = false }: { name: string; text: string | null; isMono?: boolean }) {
  return (
    <>
      <dt className="text-faint">{name}</dt>
      {text === null || text === '' ? (
        <dd className="text-faint">not told</dd>
      ) : (
        <dd className={`min-w-0 wrap-anywhere ${isMono ? 'font-mono text-xs leading-5' : ''}`}>
          <VisibleText text={text} />
        </dd>
      )}
    </>
  )
}

function Moment({ name, at, isAhead = false }: { name: string; at: number | null; isAhead?: boolean }) {
  const distance = useTicking((now) =>
    at === null ? '' : isAhead ? `in ${sayLeft(at - now)}` : `${sayAge(now - at)} ago`,
  )
  if (at === null) return <Fact name={name} text={isAhead ? 'never' : null} />
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd title={sayBothTimes(at)} suppressHydrationWarning>
        {distance} <span className="text-faint">· {sayTime(at)}</span>
      </dd>
    </>
  )
}

/** What admins did to this session. */
export function History({ entries, level }: { entries: Detail['history']; level: 1 | 2 }) {
  if (entries.length === 0) return null
  return (
    <section>
      <Heading level={level} className="mb-1 text-sm font-medium">
        What was done here
      </Heading>
      <ul className="space-y-1 text-sm">
        {entries.map((entry) => (
          <li key={`${entry.at}${entry.deed}${entry.outcome}`} className="flex justify-between gap-3">
            <span>
              {deedWords[entry.deed] ?? entry.deed} by{' '}
              {entry.admin ?? (entry.deed === 'guard.end' ? 'the guard' : 'nobody known')}
              {entry.outcome === null || entry.outcome === 'done' ? '' : `: ${entry.outcome}`}
            </span>
            <span className="shrink-0 text-faint" title={sayBothTimes(entry.at)} suppressHydrationWarning>
              {sayTime(entry.at)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The heading of a part, one below that of the session. */
export function Heading({ level, className, children }: { level: 1 | 2; className: string; children: ReactNode }) {
  const Tag = level === 1 ? 'h2' : 'h3'
  return <Tag className={className}>{children}</Tag>
}
