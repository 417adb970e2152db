'use client'

import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button'

/** Copies `text`; says "Copied" for two seconds, or that the browser refused. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, setSaid] = useState<string | null>(null)
  const say = (word: string) => {
    setSaid(word)
    setTimeout(() => setSaid(null), 2000)
  }
  return (
    <Button
      look="quiet"
      onClick={() => {
        // Without https the browser has no clipboard, and with it a person may have refused.
        const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
        copied.then(
          () => say('Copied'),
          () => say('Select and copy by hand'),
        )
      }}
    >
      {said === 'Copied' ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
      <span aria-live="polite">{said ?? label}</span>
    </Button>
  )
}
