'use client'

import Link from 'next/link'
import { useEffect, useId, useState } from 'react'
import { PasswordDialog } from '@/components/login/password-dialog'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, inputClass } from '@/components/ui/field'
import { ProblemNote } from '@/components/ui/problem-note'
import { Skeleton } from '@/components/ui/skeleton'
import { sayCount, sayMany } from '@/components/ui/words'
import { ApiProblem, send } from '@/lib/client/api'
import { refresh, useResource } from '@/lib/client/resource'
import { JobAnswer, type JobDeed, type JobInput, JobPreview, JobStarted } from '@/lib/contract/job'
import type { SessionFilter } from '@/lib/contract/session'
import { JobDeeds } from './job-deeds'
import { JobProgress } from './job-progress'
import { PreviewFacts } from './preview-facts'
import { deedWords } from './words'

/** Above this many, the number itself must be typed. */
const typedAbove = 100
const minute = 60_000
const times = [
  { label: '15 min', ms: 15 * minute },
  { label: '30 min', ms: 30 * minute },
  { label: '1 h', ms: 60 * minute },
  { label: '8 h', ms: 8 * 60 * minute },
  { label: '24 h', ms: 24 * 60 * minute },
  { label: '7 d', ms: 7 * 24 * 60 * minute },
]

/** What is asked for: a deed on what a filter leaves, or only on the named ones of it. `title` ends in a question mark where the count is put in. */
export type JobRequest = {
  deed: JobDeed
  filter: SessionFilter
  handles?: string[]
  isEverywhere?: boolean
  /** Whose sessions they are, for the title of logging somebody out. */
  name?: string
}

/** A bulk deed from question to result: what exactly it would act on, how far it is, and a report that adds up. Closing it while it runs stops nothing. */
export function JobDialog({ request, onClose }: { request: JobRequest; onClose: (wasRun: boolean) => void }) {
  const [job, setJob] = useState<string | null>(null)
  return job === null ? (
    <Question request={request} onClose={() => onClose(false)} onStart={setJob} />
  ) : (
    <Progress job={job} onClose={() => onClose(true)} />
  )
}

type QuestionProps = { request: JobRequest; onClose: () => void; onStart: (job: string) => void }

function Question({ request, onClose, onStart }: QuestionProps) {
  const { deed, name } = request
  const [byMs, setByMs] = useState(deed === 'give-expiry' ? 30 * minute : 60 * minute)
  const [isSecurity, setSecurity] = useState(false)
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const [isSending, setSending] = useState(false)
  const [asks, setAsks] = useState(0)
  const [isAskingPassword, setAskingPassword] = useState(false)
  const { order, preview, problem, setProblem } = usePreview(request, byMs, isSecurity, asks)
  const typeId = useId()
  const total = preview?.total ?? 0
  const mustType = total > typedAbove
  const isAllowed = preview !== null && total > 0 && (!mustType || typed.replace(/[,\s]/g, '') === String(total))

  const start = async () => {
    if (!isAllowed || isSending) return
    setSending(true)
    try {
      const started = await send('POST', '/api/jobs', JobStarted, { ...order, reason, digest: preview.digest })
      if (started !== null) onStart(started.job)
      refresh('/api/jobs')
    } catch (error) {
      const problem = toProblem(error)
      if (problem.code === 'reauth-required') setAskingPassword(true)
      else setProblem(problem)
      setSending(false)
    }
  }

  const words = deedWords[deed]
  const count = preview === null ? 'sessions' : sayMany(total, 'session')
  const title = request.isEverywhere ? `Log out ${name} everywhere: end ${count}?` : `${words.ask} ${count}?`
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={title}
      description={sayEffect(request, total)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look={deed === 'revoke' ? 'danger' : 'primary'}
            type="submit"
            form="job-question"
            disabled={!isAllowed || isSending}
          >
            {words.ask} {preview === null ? '' : sayCount(total)}
          </Button>
        </>
      }
    >
      <form
        id="job-question"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void start()
        }}
      >
        {deed === 'revoke' ? null : (
          <fieldset className="flex flex-wrap items-center gap-1.5">
            <legend className="mb-1.5 text-sm font-medium">{deed === 'extend' ? 'Longer by' : 'To end in'}</legend>
            {times.map(({ label, ms }) => (
              <Button
                key={label}
                look={ms === byMs ? 'primary' : 'plain'}
                aria-pressed={ms === byMs}
                onClick={() => setByMs(ms)}
              >
                {label}
              </Button>
            ))}
          </fieldset>
        )}
        {problem === null ? null : (
          <ProblemNote
            title={problem.title}
            action={
              <Button
                onClick={() => {
                  setSending(false)
                  setAsks(asks + 1)
                }}
              >
                Look again
              </Button>
            }
          >
            {problem.detail} {problem.faults.map(({ detail }) => detail).join(', ')}
          </ProblemNote>
        )}
        {preview === null ? (
          problem === null && <Skeleton className="h-24 w-full" />
        ) : (
          <PreviewFacts preview={preview} deed={deed} />
        )}
        <Field
          label="Reason"
          hint="It stands in the audit. Name no session id and no password."
          maxLength={500}
          autoComplete="off"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {deed === 'revoke' ? (
          <label className="flex min-h-control items-start gap-2.5 text-sm">
            <input
              type="checkbox"
              className="mt-0.5 size-4 accent-(--accent)"
              checked={isSecurity}
              onChange={(event) => setSecurity(event.target.checked)}
            />
            <span>
              Part of an incident
              <span className="block text-muted">Runs at full speed from the start, and cannot be undone.</span>
            </span>
          </label>
        ) : null}
        {mustType ? (
          <div className="flex flex-col gap-1.5">
            <label htmlFor={typeId} className="text-sm font-medium">
              Type {sayCount(total)} to go on
            </label>
            <input
              id={typeId}
              inputMode="numeric"
              autoComplete="off"
              className={inputClass}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        ) : null}
      </form>
      {isAskingPassword ? (
        <PasswordDialog
          why="Many sessions are ended at once by whoever gave their password in the last ten minutes."
          onClose={() => setAskingPassword(false)}
          onDone={() => {
            setAskingPassword(false)
            void start()
          }}
        />
      ) : null}
    </Dialog>
  )
}

/** The preview of what is asked for now; asked again when a choice changes what it stands for. */
function usePreview(request: JobRequest, byMs: number, isSecurity: boolean, asks: number) {
  const [preview, setPreview] = useState<JobPreview | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const { deed, filter, handles, isEverywhere } = request
  const order: Omit<JobInput, 'dryRun' | 'digest' | 'reason'> = {
    deed,
    filter,
    ...(handles === undefined ? {} : { handles }),
    ...(deed === 'revoke' ? {} : { byMs }),
    ...(isSecurity ? { isSecurity } : {}),
    ...(isEverywhere ? { isEverywhere } : {}),
  }
  const said = JSON.stringify(order)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `said` is the order; `asks` asks again
  useEffect(() => {
    let isOld = false
    setPreview(null)
    setProblem(null)
    send('POST', '/api/jobs', JobPreview, { ...order, dryRun: true }).then(
      (answer) => isOld || setPreview(answer),
      (error) => isOld || setProblem(toProblem(error)),
    )
    return () => {
      isOld = true
    }
  }, [said, asks])
  return { order, preview, problem, setProblem }
}

function Progress({ job, onClose }: { job: string; onClose: () => void }) {
  const { data, problem } = useResource(`/api/jobs/${job}`, JobAnswer, { everyMs: 400 })
  const isOver = data !== undefined && data.endedAt !== null
  useEffect(() => {
    if (!isOver) return
    refresh('/api/sessions')
    refresh('/api/users')
    refresh('/api/findings')
  }, [isOver])
  const title =
    data === undefined
      ? 'Starting'
      : isOver
        ? `${sayCount(data.done)} of ${sayMany(data.total, 'session')} ${deedWords[data.deed].done}`
        : `${deedWords[data.deed].running} ${sayMany(data.total, 'session')}`
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={title}
      description={
        isOver ? undefined : (
          <>
            It goes on when this is closed: see{' '}
            <Link href="/jobs" prefetch={false} className="text-accent underline">
              Jobs
            </Link>
            .
            {data?.isEverywhere
              ? ' What else of theirs appears is signed out too, unless it says that it is newer.'
              : ''}
          </>
        )
      }
      footer={
        <>
          {data === undefined ? null : <JobDeeds job={data} />}
          <Button look={isOver ? 'primary' : 'plain'} onClick={onClose}>
            {isOver ? 'Done' : 'Close'}
          </Button>
        </>
      }
    >
      {data === undefined ? <Skeleton className="h-16 w-full" /> : <JobProgress job={data} />}
      {problem === null ? null : <p className="mt-3 text-sm text-danger">{problem.detail} What is shown may be old.</p>}
    </Dialog>
  )
}

function sayEffect({ deed, isEverywhere }: JobRequest, total: number): string {
  if (isEverywhere)
    return 'All of them are signed out at their next request, and so is what appears, unless it says that it is newer.'
  if (deed === 'extend') return 'Each is pushed from its present end. Sessions without an end are left alone.'
  if (deed === 'give-expiry') return 'Only sessions that have no end get one; the person stays signed in until then.'
  return `${total === 1 ? 'The person is' : 'These people are'} signed out at their next request.`
}

function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  return new ApiProblem({ code: 'bad-answer', status: null, title: 'The page itself failed', detail: 'Reload it.' })
}
