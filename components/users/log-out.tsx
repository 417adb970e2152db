'use client'

import { type ReactNode, useCallback } from 'react'
import { useJob } from '@/components/jobs/use-job'
import { refresh } from '@/lib/client/resource'
import type { PersonRow } from '@/lib/contract/person'
import { nameOf } from './words'

/** Logging a person out everywhere: a job on all their sessions over all sources, and on those that appear while it runs. */
export function useLogOut(): { ask: (person: PersonRow) => void; dialog: ReactNode } {
  const { ask, dialog } = useJob(() => refresh('/api/users'))
  return {
    ask: useCallback(
      (row) => ask({ deed: 'revoke', filter: { person: [row.person] }, isEverywhere: true, name: nameOf(row) }),
      [ask],
    ),
    dialog,
  }
}
