'use client'

import { type ReactNode, useState } from 'react'
import { PasswordDialog } from '@/components/login/password-dialog'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { ProblemNote } from '@/components/ui/problem-note'
import { useAction } from '@/lib/client/action'
import type { ApiProblem, Method } from '@/lib/client/api'
import { refresh } from '@/lib/client/resource'

type DeedDialogProps<T> = {
  title: string
  description: ReactNode
  /** What the button says and looks like. */
  verb: string
  look?: 'primary' | 'danger'
  method: Method
  path: string
  schema: Parameters<typeof useAction<unknown, T>>[2]
  body?: unknown
  canRun?: boolean
  onDone: (answer: T) => void
  onClose: () => void
  /** The fields, given what was wrong with them. */
  children?: (problem: ApiProblem | null) => ReactNode
  /** Faults that the fields tell themselves. */
  told?: readonly string[]
}

/** One change of an admin: asks, asks for the password where it is not fresh, and says what went wrong. */
export function DeedDialog<T>(props: DeedDialogProps<T>) {
  const { title, description, verb, look = 'primary', method, path, schema, body, canRun = true } = props
  const { onDone, onClose, children, told = [] } = props
  const [isDeclined, setDeclined] = useState(false)
  const { run, isRunning, problem } = useAction<unknown, T>(method, path, schema)
  const send = async () => {
    setDeclined(false)
    const answer = await run(body)
    refresh('/api/admins')
    refresh('/api/console-sessions')
    if (answer !== null) onDone(answer)
  }
  const isAsking = problem?.code === 'reauth-required' && !isDeclined && !isRunning
  const isTold = problem?.faults.some(({ pointer }) => told.includes(pointer)) === true
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look={look} type="submit" form="admin-deed" disabled={!canRun || isRunning}>
            {verb}
          </Button>
        </>
      }
    >
      <form
        id="admin-deed"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (canRun && !isRunning) void send()
        }}
      >
        {children?.(problem)}
        {problem === null || isAsking || isTold ? null : (
          <ProblemNote title={problem.title}>{problem.detail}</ProblemNote>
        )}
      </form>
      {isAsking ? (
        <PasswordDialog
          why="Admins are changed by whoever gave their password in the last ten minutes."
          onClose={() => setDeclined(true)}
          onDone={() => void send()}
        />
      ) : null}
    </Dialog>
  )
}
