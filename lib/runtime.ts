import 'server-only'
import { randomUUID } from 'node:crypto'
import type { ActionContext } from '@/lib/actions/context'
import { createUndoShelf } from '@/lib/actions/undo'
import { createUpheld } from '@/lib/actions/uphold'
import { createAdmins } from '@/lib/admin/admins'
import { createAudit } from '@/lib/audit'
import { createAuditHistory } from '@/lib/audit-history'
import { getConfig } from '@/lib/config'
import { createDemo } from '@/lib/demo/demo'
import { formats as builtIn } from '@/lib/formats'
import { createCustomFormat } from '@/lib/formats/custom'
import { createGuard } from '@/lib/guard/guard'
import { createHistory } from '@/lib/history'
import { createJobs } from '@/lib/jobs/jobs'
import { createLedger } from '@/lib/jobs/ledger'
import { createLog } from '@/lib/log'
import { answerBoundsMs, createMeter } from '@/lib/meter'
import { createConnection } from '@/lib/redis/connect'
import { createServerInfo } from '@/lib/redis/server-info'
import { createCensus } from '@/lib/roster/census'
import { createFindingList, isFinding } from '@/lib/roster/finding-list'
import { joinFreshness } from '@/lib/roster/freshness'
import { createSessionList } from '@/lib/roster/list'
import { createOverview } from '@/lib/roster/overview'
import { createPeopleList } from '@/lib/roster/people'
import { findPasted } from '@/lib/roster/query'
import { createRoster } from '@/lib/roster/roster'
import { createChoices } from '@/lib/runtime/choices'
import { createHandleKeeper } from '@/lib/runtime/handles'
import { watchLoop } from '@/lib/runtime/loop'
import { openSites } from '@/lib/runtime/sites'
import { createSourceShelf } from '@/lib/runtime/sources'
import { createSnoozes } from '@/lib/snoozes'
import { createViews } from '@/lib/views'

/** The clock acts on the roster this often: an ended session leaves within a second and a half of its end. */
const tickEveryMs = 250

export type Runtime = ReturnType<typeof createRuntime>

/** Builds every room once and joins them. Returns at once: nothing here waits for Redis. */
function createRuntime() {
  const settings = getConfig()
  const bootId = randomUUID().slice(0, 8)
  const log = createLog(settings.logLevel)
  const { isReadOnly } = settings

  const sites = openSites(settings, log)
  const connections = sites.map(({ connection }) => connection)
  const [first] = connections
  if (first === undefined) throw new Error('The settings name no database.')
  const home = settings.home
    ? createConnection({
        ...{ address: settings.home, database: settings.home.databases[0] ?? 0, log },
        ...{ isReadOnly: false, isHome: true },
      })
    : first
  const now = () => first.now()

  // What the settings describe is known by its keys, before any shape is looked at.
  const formats = [...settings.customFormats.map(createCustomFormat), ...builtIn]
  const roster = createRoster(Date.now, settings.thresholds, settings.maxSessions)
  const handles = createHandleKeeper({ home, secret: settings.secret, log })
  const choices = createChoices({ home, log })
  const sources = createSourceShelf({ sites, roster, formats, choices, log })
  const audit = createAudit({ home, log, chain: bootId })
  const auditHistory = createAuditHistory({ home, bootId })
  const onRemoved = (username: string) => views.forget(username)
  const admins = createAdmins({ settings, home, sealer: handles.get, log, audit, onRemoved })
  const demo = settings.hasDemo ? createDemo({ settings, connection: first, log, now }) : null

  const freshness = (only: readonly string[] | null = null) =>
    joinFreshness(sources.freshness(only), sources.estimated(), now())
  const answers = { roster, bootId, handles: handles.find, freshness, stateVersion: sources.version, now }
  const prefixes = () =>
    sources.list().map(({ source }) => ({ source: source.id, prefix: source.prefix, suffix: source.suffix }))
  const list = createSessionList({ ...answers, prefixes })
  const views = createViews({ home, audit, namesSession: (text) => findPasted(roster, text, prefixes()) !== null })
  const people = createPeopleList(answers)
  const serverInfo = createServerInfo(connections)
  const snoozes = createSnoozes({ home, audit, isFinding })
  const findings = createFindingList({
    ...answers,
    snoozes,
    stateVersion: () => sources.version() + serverInfo.version(),
    server: serverInfo.reading,
    placeOf: (id) => sources.find(id)?.source ?? { prefix: '', suffix: '' },
  })
  const history = createHistory({
    home,
    log,
    look: (minuteAt) =>
      freshness().state === 'live' ? { total: roster.count(), ...roster.ends.minute(minuteAt) } : null,
  })
  const overview = createOverview({ ...answers, findings, snoozes, history })
  const guard = createGuard({
    guardMs: settings.guardMs,
    home,
    runner: bootId,
    handles: handles.get,
    roster,
    audit,
    log,
    findSource: sources.find,
  })
  const actions: ActionContext = {
    guard,
    roster,
    audit,
    undo: createUndoShelf(),
    upheld: createUpheld(),
    log,
    isReadOnly,
    now,
    changed: (target) => sources.find(target.source.id)?.sync.changed([target.key]),
    refresh: async (target, known) => sources.find(target.source.id)?.sync.refresh(target.key, known),
  }

  for (const connection of connections) {
    connection.onHealth(({ state }) => {
      const isOn = (id: string) => sources.find(id)?.connection === connection
      if (state === 'up') void actions.upheld.check(actions, isOn)
    })
  }

  const jobs = createJobs({
    actions,
    ledger: createLedger({ home, log, handles: handles.get }),
    runner: bootId,
    handles: handles.get,
    sources: () => sources.list().map(({ source }) => source),
  })

  const requests = { answers: createMeter(), durations: createMeter(answerBoundsMs) }
  const loop = watchLoop()
  const tick = () => {
    if (roster.tick(now())) setImmediate(tick)
  }
  const ticking = setInterval(tick, tickEveryMs)
  ticking.unref()

  return {
    settings,
    bootId,
    log,
    home,
    sites,
    sources,
    formats,
    roster,
    census: createCensus(roster),
    requests,
    loop,
    list,
    people,
    findings,
    snoozes,
    overview,
    serverInfo,
    freshness,
    admins,
    audit,
    auditHistory,
    handles,
    actions,
    guard,
    jobs,
    views,
    demo,
    now,
    start() {
      handles.start()
      sources.start()
      admins.start()
      history.start()
      snoozes.start()
      guard.start()
      demo?.start()
    },
    async close() {
      clearInterval(ticking)
      loop.close()
      await jobs.close()
      await audit.close()
      demo?.close()
      admins.close()
      history.close()
      snoozes.close()
      guard.close()
      handles.close()
      sources.close()
      await Promise.all([...new Set([...connections, home])].map((connection) => connection.close()))
    },
  }
}

/** Instrumentation and routes are separate bundles in one process: what they share hangs here. */
const place = globalThis as unknown as Record<symbol, Runtime | undefined>
const name = Symbol.for('rollcall.runtime')

/** The one runtime of this process, built at the first call. Throws every fault of the settings at once. */
export function getRuntime(): Runtime {
  let runtime = place[name]
  if (runtime === undefined) {
    runtime = createRuntime()
    place[name] = runtime
    runtime.start()
  }
  return runtime
}
