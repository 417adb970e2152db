import * as z from 'zod/mini'
import {
  Account,
  FactorConfirm,
  FactorOffer,
  FactorRemoval,
  FactorStart,
  OthersEnded,
  PasswordChange,
  RecoveryCodes,
} from './account'
import { AdminChange, AdminInput, AdminList, AdminSaved } from './admin'
import { AuditEntry, AuditExportQuery, AuditPage, AuditQuery, AuditSearch, type Deed } from './audit'
import { ConsoleSessionList, EndAnswer } from './console-session'
import { DemoLogin, DemoPurchase, DemoSession } from './demo'
import { FindingPage, FindingQuery, Snooze, SnoozeInput } from './finding'
import { JobAnswer, JobInput, JobItem, JobList, JobPreview, JobStarted, ReportQuery } from './job'
import { Me, OpenIdAnswer, OpenIdQuery } from './login'
import { Overview, OverviewQuery } from './overview'
import { PeoplePage, PeopleQuery, PeopleSearch } from './person'
import type { ProblemCode } from './problem'
import {
  ExtendAnswer,
  ExtendInput,
  RestoreAnswer,
  Revealed,
  RevealInput,
  RevokeAnswer,
  SessionDetail,
  SessionHistory,
  SessionPage,
  SessionQuery,
  SessionSearch,
} from './session'
import { LoginInput } from './sign-in'
import { SourceChoiceInput, SourceList } from './source'
import { TokenCreated, TokenInput, TokenList } from './token'
import { SavedView, ViewInput, ViewList } from './view'

type Schema = z.ZodMiniType<unknown>

/** One method of one path, as `/api/openapi.json` tells it. What follows from the rest is not said: 401, 403, 404, 422 and their like. */
export type Operation = {
  summary: string
  /** Without signing in. */
  open?: true
  deed?: Deed
  query?: Schema
  body?: Schema
  /** By status: a schema for JSON, null for an empty body, or the media type of what is no JSON of ours. */
  answers: Record<number, Schema | string | null>
  /** A download: one of these a line, as CSV or as one JSON array. */
  file?: Schema
  /** Codes beyond those that every operation of its kind has. */
  problems?: readonly ProblemCode[]
  /** Has an ETag; nothing new is 304. */
  isPolled?: true
}

const view = { deed: 'session.view' } as const
const exported = z.extend(AuditEntry, { time: z.string() })

/**
 * Every method of every path, in one place; longer than most files for that. A test holds it against the routes: their deed, query and body are these very ones.
 * Never imported by a page or a component: the browser has no use for it.
 */
export const operations: Record<`${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`, Operation> = {
  'POST /api/login': {
    summary: 'Signs in and sets the console cookie. With a second factor the right password alone is 401.',
    open: true,
    body: LoginInput,
    answers: { 204: null },
    problems: ['unauthenticated', 'second-factor-required', 'too-many'],
  },
  'DELETE /api/login': { summary: 'Signs out.', open: true, answers: { 204: null } },
  'GET /api/login/openid': {
    summary: 'Begins a sign-in at the provider: leads a browser there.',
    open: true,
    query: OpenIdQuery,
    answers: { 303: null },
    problems: ['cross-origin'],
  },
  'GET /api/login/openid/callback': {
    summary: 'Ends it: sets the console cookie and leads on, or back to the sign-in page, which says why not.',
    open: true,
    query: OpenIdAnswer,
    answers: { 200: 'text/html', 303: null },
    problems: ['cross-origin'],
  },
  'POST /api/login/proxy': {
    summary: 'Signs in whoever the reverse proxy vouches for, and sets the console cookie.',
    open: true,
    answers: { 204: null },
    problems: ['unauthenticated'],
  },
  'GET /api/me': { summary: 'Who is asking, and until when.', answers: { 200: Me } },
  'GET /api/sessions': {
    summary: 'One page of sessions. What is personal belongs into the search by body.',
    ...view,
    query: SessionQuery,
    answers: { 200: SessionPage },
    isPolled: true,
  },
  'POST /api/sessions/search': {
    summary: 'The same for a filter that must not stand in an address; 204 while `version` is still true.',
    ...view,
    body: SessionSearch,
    answers: { 200: SessionPage, 204: null },
  },
  'GET /api/sessions/{handle}': {
    summary: 'One session whole, every secret in its payload masked.',
    ...view,
    answers: { 200: SessionDetail },
    isPolled: true,
  },
  'DELETE /api/sessions/{handle}': {
    summary: 'Revokes a session. 202: it was sent and no answer came.',
    deed: 'session.revoke',
    answers: { 200: RevokeAnswer, 202: RevokeAnswer },
  },
  'POST /api/sessions/{handle}/restoration': {
    summary: 'Takes a revoke back, once, within its ten seconds.',
    deed: 'session.restore',
    answers: { 200: RestoreAnswer, 202: RestoreAnswer },
    problems: ['undo-over'],
  },
  'POST /api/sessions/{handle}/extension': {
    summary: 'Pushes the end of a session forward, by exactly one of `byMs` and `untilAt`.',
    deed: 'session.extend',
    body: ExtendInput,
    answers: { 200: ExtendAnswer, 202: ExtendAnswer },
  },
  'POST /api/sessions/{handle}/reveal': {
    summary:
      'Shows one masked value of the payload that is no credential, to a person who gave their password in the last ten minutes.',
    deed: 'session.reveal',
    body: RevealInput,
    answers: { 200: Revealed },
    problems: ['reauth-required'],
  },
  'GET /api/sessions/{handle}/history': {
    summary: 'How a session ended and what was done to it, also when it is gone.',
    ...view,
    answers: { 200: SessionHistory },
  },
  'GET /api/users': {
    summary: 'One page of people over all sources.',
    ...view,
    query: PeopleQuery,
    answers: { 200: PeoplePage },
    isPolled: true,
  },
  'POST /api/users/search': {
    summary: 'The same for words that must not stand in an address; 204 while `version` is still true.',
    ...view,
    body: PeopleSearch,
    answers: { 200: PeoplePage, 204: null },
  },
  'GET /api/views': {
    summary: 'The searches that whoever asks keeps.',
    ...view,
    answers: { 200: ViewList },
    isPolled: true,
  },
  'POST /api/views': {
    summary: 'Keeps a search.',
    deed: 'view.save',
    body: ViewInput,
    answers: { 201: SavedView },
    problems: ['conflict'],
  },
  'DELETE /api/views/{view}': { summary: 'Forgets a search.', deed: 'view.delete', answers: { 204: null } },
  'GET /api/tokens': {
    summary: 'All API tokens, without their secrets.',
    deed: 'token.view',
    answers: { 200: TokenList },
    isPolled: true,
  },
  'POST /api/tokens': {
    summary: 'Makes a token for a script. Its secret is told in this answer and never again.',
    deed: 'token.create',
    body: TokenInput,
    answers: { 201: TokenCreated },
    problems: ['conflict', 'reauth-required'],
  },
  'DELETE /api/tokens/{token}': {
    summary: 'Revokes the token of this name.',
    deed: 'token.revoke',
    answers: { 200: EndAnswer, 202: EndAnswer },
  },
  'GET /api/console-sessions': {
    summary: 'Who is signed in to this console.',
    deed: 'console.view',
    answers: { 200: ConsoleSessionList },
    isPolled: true,
  },
  'DELETE /api/console-sessions/{handle}': {
    summary: 'Ends somebody else’s session in this console.',
    deed: 'console.end',
    answers: { 200: EndAnswer, 202: EndAnswer },
  },
  'GET /api/admins': {
    summary: 'Who may sign in by a password: those of the settings, and those that were made here.',
    deed: 'admin.view',
    answers: { 200: AdminList },
    isPolled: true,
  },
  'POST /api/admins': {
    summary: 'Makes an admin. Without a password one is made, and told in this answer and never again.',
    deed: 'admin.create',
    body: AdminInput,
    answers: { 201: AdminSaved },
    problems: ['conflict', 'unsupported', 'reauth-required'],
  },
  'PATCH /api/admins/{admin}': {
    summary: 'Changes the role or the password of another admin, or whether they may sign in. Their sessions end.',
    deed: 'admin.change',
    body: AdminChange,
    answers: { 200: AdminSaved },
    problems: ['conflict', 'unsupported', 'reauth-required'],
  },
  'DELETE /api/admins/{admin}': {
    summary: 'Removes another admin.',
    deed: 'admin.remove',
    answers: { 200: EndAnswer, 202: EndAnswer },
    problems: ['conflict', 'unsupported', 'reauth-required'],
  },
  'DELETE /api/admins/{admin}/factor': {
    summary: 'Takes the second factor off another admin who lost it.',
    deed: 'admin.reset-factor',
    answers: { 200: EndAnswer, 202: EndAnswer },
    problems: ['reauth-required'],
  },
  'GET /api/account': {
    summary: 'The account of whoever asks, with their sessions in this console.',
    deed: 'account.view',
    answers: { 200: Account },
    isPolled: true,
  },
  'PUT /api/account/password': {
    summary: 'Changes one’s own password. All sessions of before end, and the cookie of a new one is set.',
    deed: 'account.password',
    body: PasswordChange,
    answers: { 204: null },
    problems: ['too-many', 'conflict', 'unsupported'],
  },
  'POST /api/account/factor': {
    summary: 'Begins to set up a second factor: the secret for an authenticator.',
    deed: 'account.factor',
    body: FactorStart,
    answers: { 200: FactorOffer },
    problems: ['too-many', 'unsupported'],
  },
  'PUT /api/account/factor': {
    summary:
      'Switches the second factor on, by its first code. The recovery codes are told in this answer and never again.',
    deed: 'account.factor',
    body: FactorConfirm,
    answers: { 200: RecoveryCodes },
    problems: ['conflict', 'unsupported'],
  },
  'POST /api/account/factor/removal': {
    summary: 'Switches the second factor off, by the password and a code.',
    deed: 'account.factor',
    body: FactorRemoval,
    answers: { 204: null },
    problems: ['too-many', 'unsupported'],
  },
  'DELETE /api/account/sessions': {
    summary: 'Ends all of one’s own sessions in this console but the one that asks.',
    deed: 'account.end-others',
    answers: { 200: OthersEnded },
  },
  'GET /api/jobs': {
    summary: 'The jobs of all replicas, the newest first.',
    deed: 'job.view',
    answers: { 200: JobList },
    isPolled: true,
  },
  'POST /api/jobs': {
    summary:
      'With `dryRun` a frozen preview; with the `digest` of that preview the job itself, which runs on after its 202.',
    deed: 'job.start',
    body: JobInput,
    answers: { 200: JobPreview, 202: JobStarted },
    problems: ['conflict', 'reauth-required'],
  },
  'GET /api/jobs/{job}': {
    summary: 'How far a job is.',
    deed: 'job.view',
    answers: { 200: JobAnswer },
    isPolled: true,
  },
  'DELETE /api/jobs/{job}': {
    summary: 'Stops a job between two batches, whichever replica runs it.',
    deed: 'job.stop',
    answers: { 200: JobAnswer },
    problems: ['conflict'],
  },
  'POST /api/jobs/{job}/resumption': {
    summary: 'Goes on with what has no outcome yet.',
    deed: 'job.resume',
    answers: { 200: JobAnswer },
    problems: ['conflict'],
  },
  'POST /api/jobs/{job}/restoration': {
    summary: 'Brings back what a job ended, once, within its minute, whichever replica ran it.',
    deed: 'job.undo',
    answers: { 200: JobAnswer },
    problems: ['undo-over'],
  },
  'GET /api/jobs/{job}/report': {
    summary: 'One line a session: how it came out.',
    deed: 'audit.view',
    query: ReportQuery,
    file: JobItem,
    answers: {},
  },
  'GET /api/audit': {
    summary: 'One page of the audit.',
    deed: 'audit.view',
    query: AuditQuery,
    answers: { 200: AuditPage },
    isPolled: true,
  },
  'POST /api/audit/search': {
    summary: 'The same for words that must not stand in an address; 204 while `version` is still true.',
    deed: 'audit.view',
    body: AuditSearch,
    answers: { 200: AuditPage, 204: null },
  },
  'GET /api/audit/export': {
    summary: 'Every entry of the audit that matches, as a file. The export is itself audited.',
    deed: 'audit.export',
    query: AuditExportQuery,
    file: exported,
    answers: {},
    problems: ['reauth-required'],
  },
  'GET /api/findings': {
    summary: 'What is wrong with the sessions and their Redis.',
    ...view,
    query: FindingQuery,
    answers: { 200: FindingPage },
    isPolled: true,
  },
  'POST /api/findings/{finding}/snooze': {
    summary: 'Puts a finding off, with a reason; it is found all the same.',
    deed: 'finding.snooze',
    body: SnoozeInput,
    answers: { 200: Snooze },
  },
  'DELETE /api/findings/{finding}/snooze': {
    summary: 'Lets a finding that was put off be told again.',
    deed: 'finding.wake',
    answers: { 204: null },
  },
  'GET /api/overview': {
    summary: 'The whole at a glance, with its history.',
    ...view,
    query: OverviewQuery,
    answers: { 200: Overview },
    isPolled: true,
  },
  'GET /api/sources': {
    summary: 'Each source with its state, and what its Redis lets us do.',
    ...view,
    answers: { 200: SourceList },
    isPolled: true,
  },
  'POST /api/sources': {
    summary: 'Says whether the keys under a prefix are watched, and as which format.',
    deed: 'source.choose',
    body: SourceChoiceInput,
    answers: { 200: SourceList },
    problems: ['conflict'],
  },
  'GET /api/openapi.json': { summary: 'This document.', answers: { 200: 'application/json' } },
  'GET /healthz': {
    summary: 'Whether this process can answer. Answers to any Host.',
    open: true,
    answers: { 200: 'application/json' },
  },
  'GET /readyz': {
    summary: 'Whether the home Redis has ever answered. Answers to any Host.',
    open: true,
    answers: { 200: 'application/json' },
  },
  'GET /metrics': {
    summary:
      'Numbers for Prometheus, where they are switched on. Answers to any Host, by a token of its own where one is set.',
    open: true,
    answers: { 200: 'text/plain' },
    problems: ['unauthenticated', 'not-found'],
  },
  'GET /api/demo': {
    summary: 'The pretend shop, where there is one: the shopper.',
    open: true,
    answers: { 200: DemoSession },
    problems: ['not-found', 'too-many'],
  },
  'POST /api/demo': {
    summary: 'Signs a shopper in to the pretend shop.',
    open: true,
    body: DemoLogin,
    answers: { 200: DemoSession },
    problems: ['not-found', 'too-many'],
  },
  'PUT /api/demo': {
    summary: 'Puts something into the basket.',
    open: true,
    body: DemoPurchase,
    answers: { 200: DemoSession },
    problems: ['not-found', 'too-many'],
  },
  'DELETE /api/demo': {
    summary: 'Signs the shopper out.',
    open: true,
    answers: { 200: DemoSession },
    problems: ['not-found', 'too-many'],
  },
}
