import { createHash, timingSafeEqual } from 'node:crypto'
import { sourceStates } from '@/lib/contract/source'
import type { Runtime } from '@/lib/runtime'
import { version } from '@/package.json'
import { named, type Sample, write, writeHistogram } from './metrics/text'

/**
 * The numbers that the rooms keep, in Prometheus's text format; nothing is counted here. Labels come from closed lists and from what is configured: no session,
 * no person, no address, no path of a request. Costs Redis nothing, and one pass over the roster when it has changed since the last time.
 */
export function printMetrics(runtime: Runtime): string {
  return [sessions, sources, requests, redis, deeds, processes].map((part) => part(runtime)).join('')
}

/** Whether this is the scraper. Compared by hashes of equal length, so that the time tells nothing of the token. */
export function isScraper(authorization: string | null, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(hash(given), hash(token))
}

function sessions({ census, roster, guard, now }: Runtime): string {
  const { standing, returns } = guard.tally()
  const { arrived, cameBack, ...ends } = roster.ends.total()
  return [
    write(
      'rollcall_sessions',
      'gauge',
      'Live sessions.',
      census(now()).map(({ count, ...labels }) => ({ labels, value: count })),
    ),
    write('rollcall_sessions_arrived_total', 'counter', 'Sessions that came after the first scan.', [
      { value: arrived },
    ]),
    write(
      'rollcall_sessions_ended_total',
      'counter',
      'Sessions that went, by cause.',
      Object.entries(ends).map(([cause, value]) => ({ labels: { cause }, value })),
    ),
    write('rollcall_sessions_came_back_total', 'counter', 'Revoked sessions that lived again without an undo.', [
      { value: cameBack },
    ]),
    write('rollcall_guarded_sessions', 'gauge', 'Revoked sessions that are kept from coming back.', [
      { value: standing },
    ]),
    write('rollcall_guard_returns_total', 'counter', 'Revoked sessions that came back and were ended again.', [
      { value: returns },
    ]),
  ].join('')
}

function sources({ sources: shelf, now }: Runtime): string {
  const all = shelf.list().map(({ source, sync, connection }) => {
    const counts = { ...sync.counts(), scans: sync.scans() }
    return { labels: { source: source.id }, ...sync.freshness(), feed: connection.feed(), ...counts }
  })
  type One = (typeof all)[number]
  const each = (value: (one: One) => number): Sample[] => all.map((one) => ({ labels: one.labels, value: value(one) }))
  const oneOf = (label: string, values: readonly string[], value: (one: One) => string): Sample[] =>
    all.flatMap((one) =>
      values.map((name) => ({ labels: { ...one.labels, [label]: name }, value: value(one) === name ? 1 : 0 })),
    )
  const aged = all.flatMap(({ labels, asOf }) =>
    asOf === null ? [] : [{ labels, value: Math.max(0, now() - asOf) / 1000 }],
  )
  const scanned = all.flatMap(({ labels, scans }) =>
    (['complete', 'broken'] as const).map((outcome) => ({ labels: { ...labels, outcome }, value: scans[outcome] })),
  )
  return [
    write(
      'rollcall_source_state',
      'gauge',
      'One for the state the source is in.',
      oneOf('state', sourceStates, (one) => one.state),
    ),
    write(
      'rollcall_source_age_seconds',
      'gauge',
      'Since Redis last confirmed the rows; absent before it ever did.',
      aged,
    ),
    write(
      'rollcall_source_feed',
      'gauge',
      'One for the way changes reach us.',
      oneOf('feed', feeds, (one) => one.feed),
    ),
    write(
      'rollcall_source_skipped_keys',
      'gauge',
      'Keys under the prefix of a type no session has.',
      each((one) => one.skipped),
    ),
    write(
      'rollcall_source_capped_sessions',
      'gauge',
      'Sessions left out because there are more than the roster holds.',
      each((one) => one.capped),
    ),
    write(
      'rollcall_drift_total',
      'counter',
      'Sessions of which a scan found what the feed of changes should have told.',
      each(({ scans }) => scans.drift),
    ),
    write('rollcall_scans_total', 'counter', 'Scans of a source, by how they came out.', scanned),
    write(
      'rollcall_scan_seconds_total',
      'counter',
      'Time spent in scans.',
      each(({ scans }) => scans.tookMs / 1000),
    ),
    write(
      'rollcall_scan_keys_total',
      'counter',
      'Keys that scans saw.',
      each(({ scans }) => scans.keys),
    ),
  ].join('')
}

function requests({ requests: { answers, durations } }: Runtime): string {
  const labels = ['route', 'method', 'kind']
  return [
    write(
      'rollcall_http_requests_total',
      'counter',
      'Answers of the API by status; kind poll: nobody touched anything.',
      answers.read().map(({ names, count }) => ({ labels: named([...labels, 'status'], names), value: count })),
    ),
    writeHistogram(
      'rollcall_http_request_duration_seconds',
      'From the request to its answer.',
      labels,
      durations.read().map((set) => ({ set })),
    ),
  ].join('')
}

/** The first source and the home may be one connection: then it is told once, as a source's. */
function redis({ sites, home }: Runtime): string {
  const all = sites.map(({ connection, redis }) => ({
    connection,
    labels: { redis: `${redis?.id ?? 'source'}-db${connection.database}` },
  }))
  if (!all.some(({ connection }) => connection === home)) all.push({ connection: home, labels: { redis: 'home' } })
  return [
    write(
      'rollcall_redis_up',
      'gauge',
      'One while Redis answers.',
      all.map(({ connection, labels }) => ({ labels, value: connection.health().state === 'up' ? 1 : 0 })),
    ),
    write(
      'rollcall_redis_commands_total',
      'counter',
      'Commands that Rollcall sent, by name and by whether an answer came.',
      all.flatMap(({ connection, labels }) =>
        connection.counts().commands.map(({ names, count }) => ({
          labels: { ...labels, ...named(['command', 'outcome'], names) },
          value: count,
        })),
      ),
    ),
    writeHistogram(
      'rollcall_redis_answer_duration_seconds',
      'From a command to its answer, as Rollcall sees it.',
      [],
      all.flatMap(({ connection, labels }) => connection.counts().answers.map((set) => ({ fixed: labels, set }))),
    ),
  ].join('')
}

function deeds({ audit, jobs }: Runtime): string {
  const tally = audit.tally()
  const { states, sessions: handled } = jobs.tally()
  const byOutcome = ({ names, count }: { names: readonly string[]; count: number }) => ({
    labels: named(['deed', 'outcome'], names),
    value: count,
  })
  return [
    write('rollcall_deeds_total', 'counter', 'Deeds of admins by outcome.', tally.deeds.map(byOutcome)),
    write('rollcall_audit_lost_total', 'counter', 'Audit entries that the stream did not take.', [
      { value: tally.lost },
    ]),
    write(
      'rollcall_jobs',
      'gauge',
      'Jobs that this process holds, by state.',
      states.map(({ state, count }) => ({ labels: { state }, value: count })),
    ),
    write('rollcall_job_sessions_total', 'counter', 'Sessions that jobs handled.', handled.map(byOutcome)),
  ].join('')
}

function processes({ loop }: Runtime): string {
  const { user, system } = process.cpuUsage()
  return [
    writeHistogram(
      'rollcall_event_loop_delay_seconds',
      'The longest wait for the event loop in each second.',
      [],
      loop.read().map((set) => ({ set })),
    ),
    write('rollcall_build_info', 'gauge', 'Always one.', [
      { labels: { version, node: process.versions.node }, value: 1 },
    ]),
    write('process_start_time_seconds', 'gauge', 'When the process began.', [
      { value: Math.round(Date.now() / 1000 - process.uptime()) },
    ]),
    write('process_cpu_seconds_total', 'counter', 'Processor time.', [{ value: (user + system) / 1e6 }]),
    write('process_resident_memory_bytes', 'gauge', 'Resident memory.', [{ value: process.memoryUsage.rss() }]),
  ].join('')
}

const feeds = ['tracking', 'events', 'rescan', 'none']
