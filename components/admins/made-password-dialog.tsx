'use client'

import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { ProblemNote } from '@/components/ui/problem-note'
import { visibleString } from '@/components/ui/visible-text'

type MadePasswordDialogProps = { name: string; password: string; onClose: () => void }

/** Shows a password that was made, this once. A press beside it does not close it: what is gone cannot be shown again. */
export function MadePasswordDialog({ name, password, onClose }: MadePasswordDialogProps) {
  const whose = visibleString(name)
  return (
    <Dialog
      isOpen
      onOpenChange={() => undefined}
      title={`Copy the password of ${whose} now`}
      description="Hand it over by a way that others cannot read. They can change it under Account."
      footer={
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <ProblemNote tone="warning" title="It is shown this once">
          Only its hash is kept. Who loses it needs a new one.
        </ProblemNote>
        <div className="flex flex-wrap items-center justify-between gap-2 rounded-md border bg-sunken py-1.5 pr-1.5 pl-3">
          <output aria-label="Password" className="min-w-0 flex-1 font-mono text-sm wrap-anywhere select-all">
            {password}
          </output>
          <CopyButton text={password} label="Copy password" />
        </div>
      </div>
    </Dialog>
  )
}
