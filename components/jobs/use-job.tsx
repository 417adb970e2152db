'use client'

import dynamic from 'next/dynamic'
import { type ReactNode, useCallback, useState } from 'react'
import type { JobRequest } from './job-dialog'

// Only who asks for a job needs its dialog.
const JobDialog = dynamic(() => import('./job-dialog').then((part) => part.JobDialog), { ssr: false })

/** Asks for a bulk deed: `ask` opens the dialog that previews, confirms and follows it; `dialog` stands anywhere on the page. */
export function useJob(onEnd?: (wasRun: boolean) => void): { ask: (request: JobRequest) => void; dialog: ReactNode } {
  const [request, setRequest] = useState<JobRequest | null>(null)
  const ask = useCallback((next: JobRequest) => setRequest(next), [])
  const dialog =
    request === null ? null : (
      <JobDialog
        request={request}
        onClose={(wasRun) => {
          setRequest(null)
          onEnd?.(wasRun)
        }}
      />
    )
  return { ask, dialog }
}
