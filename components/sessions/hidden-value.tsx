'use client'

import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { showToast } from '@/components/ui/toast'
import { ApiProblem, send } from '@/lib/client/api'
import { Revealed } from '@/lib/contract/session'
import { PayloadLeaf } from './payload-tree'

const PasswordDialog = dynamic(() => import('@/components/login/password-dialog').then((part) => part.PasswordDialog), {
  ssr: false,
})

type HiddenValueProps = { handle: string; pointer: string; name: string }

/** A hidden value that this admin may see: asked for one by one, each written into the audit, and gone again with a click or with the page. */
export function HiddenValue({ handle, pointer, name }: HiddenValueProps) {
  const [revealed, setRevealed] = useState<Revealed | null>(null)
  const [isAsking, setAsking] = useState(false)

  async function reveal() {
    try {
      setRevealed(await send('POST', `/api/sessions/${handle}/reveal`, Revealed, { pointer }))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'reauth-required') setAsking(true)
      else showToast({ title: `${name} is not shown`, detail: error.detail, isBad: true })
    }
  }

  const isShown = revealed !== null
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      {isShown ? (
        <PayloadLeaf value={revealed.value} />
      ) : (
        <span className="font-sans">
          <Badge tone="stale">hidden</Badge>
        </span>
      )}
      <Button
        look="quiet"
        aria-label={`${isShown ? 'Hide' : 'Reveal'} ${name}`}
        title={isShown ? undefined : 'Shows it to you; the audit says that you saw it'}
        onClick={() => (isShown ? setRevealed(null) : void reveal())}
      >
        {isShown ? 'Hide' : 'Reveal'}
      </Button>
      {isAsking ? (
        <PasswordDialog
          why="What is hidden is shown to whoever gave their password in the last ten minutes."
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false)
            void reveal()
          }}
        />
      ) : null}
    </span>
  )
}
