'use client'

import { type ReactNode, useMemo, useState } from 'react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { VisibleText } from '@/components/ui/visible-text'
import { sayCount, sayMany } from '@/components/ui/words'
import { Masked } from '@/lib/contract/session'

const longText = 160
const manyChildren = 50
const openDepth = 2

/** Draws a hidden value that may be revealed; `pointer` tells where it stands. */
type DrawHidden = (pointer: string, name: string) => ReactNode

type PayloadTreeProps = { value: unknown; revealable?: readonly string[]; drawHidden?: DrawHidden }

/** A decoded payload: branches that fold, secrets as "hidden", and each value's type by its look and its word. */
export function PayloadTree({ value, revealable = [], drawHidden }: PayloadTreeProps) {
  const drawn = useMemo(() => new Set(revealable), [revealable])
  const draw: DrawHidden = (pointer, name) =>
    drawn.has(pointer) && drawHidden ? drawHidden(pointer, name) : <Hidden />
  return (
    <div className="overflow-x-auto rounded-lg border bg-raised p-3 font-mono text-xs leading-5">
      <Node name={null} value={value} depth={0} pointer="" draw={draw} />
    </div>
  )
}

type NodeProps = { name: string | null; value: unknown; depth: number; pointer: string; draw: DrawHidden }

function Node({ name, value, depth, pointer, draw }: NodeProps) {
  const label =
    name === null ? null : (
      <span className="text-muted">
        <VisibleText text={name} />
        <span className="text-faint">: </span>
      </span>
    )
  const isMasked = Masked.safeParse(value).success
  if (typeof value !== 'object' || value === null || isMasked || isLeaf(value)) {
    return (
      <div className="pl-4 wrap-anywhere">
        {label}
        {isMasked ? draw(pointer, name ?? 'payload') : <PayloadLeaf value={value} />}
      </div>
    )
  }
  const children: [string, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item])
    : Object.entries(value).filter(([key]) => key !== '#type')
  const type = Array.isArray(value) ? null : typeIn(value)
  const count = Array.isArray(value) ? sayMany(children.length, 'item') : sayMany(children.length, 'field')
  if (children.length === 0) {
    return (
      <div className="pl-4">
        {label}
        <Type name={type} />
        <span className="text-faint">{Array.isArray(value) ? 'empty list' : 'empty'}</span>
      </div>
    )
  }
  return (
    <details open={depth < openDepth} className="group/node">
      <summary className="-ml-0.5 w-fit rounded-sm pr-2 select-none marker:text-faint">
        {label}
        <Type name={type} />
        <span className="text-faint">{count}</span>
      </summary>
      <Children entries={children} depth={depth} pointer={pointer} draw={draw} />
    </details>
  )
}

type ChildrenProps = Pick<NodeProps, 'depth' | 'pointer' | 'draw'> & { entries: [string, unknown][] }

function Children({ entries, depth, pointer, draw }: ChildrenProps) {
  const [shown, setShown] = useState(manyChildren)
  return (
    <div className="ml-1 border-l pl-2">
      {entries.slice(0, shown).map(([key, child]) => (
        <Node
          key={key}
          name={key.startsWith('##') ? key.slice(1) : key}
          value={child}
          depth={depth + 1}
          pointer={`${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`}
          draw={draw}
        />
      ))}
      {entries.length > shown ? (
        <Button look="quiet" onClick={() => setShown(shown + 10 * manyChildren)}>
          {sayCount(entries.length - shown)} more
        </Button>
      ) : null}
    </div>
  )
}

/** One value that is no branch. */
export function PayloadLeaf({ value }: { value: unknown }) {
  if (typeof value === 'string') return <Text text={value} />
  if (typeof value === 'number') return <span className="text-accent">{String(value)}</span>
  if (typeof value === 'boolean') return <span className="text-persistent">{value ? 'true' : 'false'}</span>
  if (value === null) return <span className="text-faint">null</span>
  if (typeof value === 'object' && isLeaf(value)) {
    return (
      <>
        <Type name={typeIn(value)} />
        <VisibleText text={String(Reflect.get(value, '#value'))} />
      </>
    )
  }
  return <Hidden />
}

function Hidden() {
  return (
    <span title="A secret: it stays on the server" className="font-sans">
      <Badge tone="stale">hidden</Badge>
    </span>
  )
}

/** What JSON has no word for: its type and its text. */
function isLeaf(value: object): boolean {
  return '#value' in value && typeIn(value) !== null
}

function typeIn(value: object): string | null {
  const type: unknown = Reflect.get(value, '#type')
  return typeof type === 'string' ? type : null
}

function Type({ name }: { name: string | null }) {
  if (name === null) return null
  return (
    <span className="mr-1.5 rounded-sm bg-sunken px-1 font-sans text-muted">
      <VisibleText text={name} />
    </span>
  )
}

function Text({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false)
  const isLong = text.length > longText
  return (
    <span className="text-live">
      “<VisibleText text={isLong && !isWhole ? text.slice(0, longText) : text} />
      {isLong && !isWhole ? '…' : ''}”
      {isLong ? (
        <button
          type="button"
          className="ml-2 min-h-6 rounded-sm font-sans text-accent underline-offset-2 hover:underline"
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? 'less' : `all ${sayCount(text.length)} characters`}
        </button>
      ) : null}
    </span>
  )
}
