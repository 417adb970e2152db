'use client'

import { Dialog as Base } from '@base-ui/react/dialog'
import { Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { findSession } from './find-session'
import { matchScore } from './match'
import { type Command, useCommands } from './use-commands'

/** Shorter words are somebody's name, and the search of the sessions page is the place for it. */
const shortestId = 8

/** Every page and deed by name. What is typed stays here; a pasted id goes in a request's body and nowhere else, and nothing is remembered. */
export function Palette({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const id = useId()
  const inputRef = useRef<HTMLInputElement>(null)
  const hasMoved = useRef(false)
  const [typed, setTyped] = useState('')
  const [active, setActive] = useState(0)
  const [said, setSaid] = useState<string | null>(null)
  const go = (path: string) => {
    hasMoved.current = true
    router.push(path)
  }
  const commands = useCommands(go)
  const found = order(commands, typed)
  if (typed.trim().length >= shortestId && !/\s/.test(typed.trim()))
    found.push({
      id: 'open-session',
      group: 'Session',
      label: 'Open the session with this id, cookie or handle',
      run: () => {
        setSaid('Looking …')
        return findSession(typed.trim(), go)
      },
    })
  const at = Math.min(active, found.length - 1)

  const run = async (command: Command | undefined) => {
    if (command === undefined) return
    setSaid(null)
    const answer = await command.run()
    if (typeof answer === 'string') setSaid(answer)
    else onClose()
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setActive((at + step + found.length) % Math.max(1, found.length))
    else if (event.key === 'Home' || event.key === 'End') setActive(event.key === 'Home' ? 0 : found.length - 1)
    else if (event.key === 'Enter') void run(found[at])
    else return
    event.preventDefault()
  }
  return (
    <Base.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.15_0.01_260/0.45)]" />
        <Base.Popup
          initialFocus={inputRef}
          finalFocus={() => (hasMoved.current ? document.getElementById('main') : true)}
          className="fixed top-[min(12dvh,96px)] left-1/2 z-50 flex max-h-[min(480px,calc(100dvh-32px))] w-[min(560px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden rounded-xl bg-raised shadow-float outline-none max-md:top-3"
        >
          <Base.Title className="sr-only">Commands</Base.Title>
          <div className="flex items-center gap-2.5 border-b px-4">
            <Search aria-hidden className="size-4 shrink-0 text-faint" />
            <input
              ref={(input) => {
                // At once, so that what is typed right after the key arrives here.
                if (inputRef.current === null) input?.focus()
                inputRef.current = input
              }}
              role="combobox"
              aria-label="Command"
              aria-expanded="true"
              aria-controls={`${id}-list`}
              aria-autocomplete="list"
              aria-activedescendant={found[at] === undefined ? undefined : `${id}-${found[at].id}`}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value)
                setActive(0)
                setSaid(null)
              }}
              onKeyDown={press}
              maxLength={4000}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              placeholder="A page, a deed, or a session id"
              className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
            />
          </div>
          <Options id={id} found={found} at={at} setActive={setActive} run={(command) => void run(command)} />
          <p role="status" className={said === null ? 'sr-only' : 'border-t px-4 py-2.5 text-sm text-muted'}>
            {said ?? `${found.length} commands`}
          </p>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

type OptionsProps = {
  id: string
  found: Command[]
  at: number
  setActive: (index: number) => void
  run: (command: Command) => void
}

function Options({ id, found, at, setActive, run }: OptionsProps) {
  return (
    <div id={`${id}-list`} role="listbox" aria-label="Commands" className="min-h-0 overflow-y-auto p-1.5">
      {found.length === 0 ? <p className="px-2.5 py-3 text-sm text-muted">No command is called so.</p> : null}
      {found.map((command, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field listens to Enter, and the focus stays in it
        <div
          key={command.id}
          id={`${id}-${command.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          ref={(element) => {
            if (index === at) element?.scrollIntoView({ block: 'nearest' })
          }}
          onPointerMove={() => setActive(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => run(command)}
          className={`flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 text-sm pointer-coarse:min-h-11 ${index === at ? 'bg-sunken' : ''} ${command.isDeed ? 'text-danger' : ''}`}
        >
          <span className="min-w-0 flex-1 truncate">{command.label}</span>
          <span className="shrink-0 text-xs text-faint">{command.group}</span>
        </div>
      ))}
    </div>
  )
}

/** What is called as typed, the best first; all in their own order while nothing is typed. */
function order(commands: Command[], typed: string): Command[] {
  return commands
    .flatMap((command) => {
      const score = matchScore(`${command.label} ${command.group}`, typed)
      return score === null ? [] : [{ command, score }]
    })
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command)
}
