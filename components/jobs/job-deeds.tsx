'use client'

import { Download } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useConsole } from '@/components/shell/console-context'
import { Button, buttonClass } from '@/components/ui/button'
import { showToast } from '@/components/ui/toast'
import { ApiProblem, type Method, send } from '@/lib/client/api'
import { withBasePath } from '@/lib/client/base-path'
import { useTicking } from '@/lib/client/clock'
import { refresh } from '@/lib/client/resource'
import { type Job, JobAnswer } from '@/lib/contract/job'

const PasswordDialog = dynamic(() => import('@/components/login/password-dialog').then((part) => part.PasswordDialog), {
  ssr: false,
})

/** What can be done with a job now: stop it while it runs; resume, undo and download its report after. */
export function JobDeeds({ job }: { job: Job }) {
  const { can } = useConsole()
  const [isSending, setSending] = useState(false)
  const [isAskingPassword, setAskingPassword] = useState(false)
  const leftSeconds = useTicking((now) =>
    job.undoUntil === null ? 0 : Math.max(0, Math.ceil((job.undoUntil - now) / 1000)),
  )
  const ask = async (method: Method, path: string) => {
    setSending(true)
    try {
      await send(method, `/api/jobs/${job.job}${path}`, JobAnswer)
    } catch (error) {
      const isStale = error instanceof ApiProblem && error.code === 'reauth-required'
      setAskingPassword(isStale)
      const detail = error instanceof ApiProblem ? error.detail : 'The page itself failed. Reload it.'
      if (!isStale) showToast({ title: 'That was not done', detail, isBad: true })
    }
    refresh('/api/jobs')
    refresh('/api/sessions')
    setSending(false)
  }
  const isRunning = job.state === 'running' || job.state === 'stopping'
  const isOpen = job.state === 'stopped' || job.state === 'interrupted'
  return (
    <div className="flex flex-wrap items-center gap-2">
      {can.revoke && isRunning ? (
        <Button disabled={isSending || job.state === 'stopping'} onClick={() => void ask('DELETE', '')}>
          {job.state === 'stopping' ? 'Stopping…' : 'Stop'}
        </Button>
      ) : null}
      {can.revoke && isOpen ? (
        <Button disabled={isSending} onClick={() => void ask('POST', '/resumption')}>
          Resume
        </Button>
      ) : null}
      {can.revoke && leftSeconds > 0 ? (
        <Button disabled={isSending} onClick={() => void ask('POST', '/restoration')}>
          Undo <span className="text-muted tabular-nums">{leftSeconds} s</span>
        </Button>
      ) : null}
      {isAskingPassword ? (
        <PasswordDialog
          why="This job ends more than 50 sessions. It goes on once you have given your password again."
          onClose={() => setAskingPassword(false)}
          onDone={() => {
            setAskingPassword(false)
            void ask('POST', '/resumption')
          }}
        />
      ) : null}
      {can.audit && !isRunning ? (
        <>
          <a className={buttonClass('quiet')} href={withBasePath(`/api/jobs/${job.job}/report?format=csv`)} download>
            <Download aria-hidden className="size-4" /> CSV
          </a>
          <a className={buttonClass('quiet')} href={withBasePath(`/api/jobs/${job.job}/report?format=json`)} download>
            <Download aria-hidden className="size-4" /> JSON
          </a>
        </>
      ) : null}
    </div>
  )
}
