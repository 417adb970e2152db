'use client'

import { createContext, type ReactNode, useContext } from 'react'
import type { Environment } from '@/components/ui/environment-strip'
import { RenderedAt } from '@/lib/client/clock'
import type { Me } from '@/lib/contract/login'
import type { ColorName } from '@/lib/contract/source'

export type Console = {
  me: Me
  /** What this admin may do here, judged by the server: the page draws what it may and repeats no rule. */
  can: { extend: boolean; revoke: boolean; audit: boolean; export: boolean; manage: boolean; snooze: boolean }
  isReadOnly: boolean
  /** What this console is for, such as production; null: not said. */
  environment: Environment | null
  hasDemo: boolean
  /** Where there are several Redis: the colour of each, and what the ids of its sources begin with. */
  redis: { id: string; color: ColorName }[]
  /** Whose Redis this is: the one that was given, or one that Rollcall started and that ends with it. */
  store: 'given' | 'private' | 'embedded'
}

const Context = createContext<Console | null>(null)

export function ConsoleProvider({ value, children }: { value: Console; children: ReactNode }) {
  return (
    <RenderedAt value={value.me.now}>
      <Context value={value}>{children}</Context>
    </RenderedAt>
  )
}

export function useConsole(): Console {
  const value = useContext(Context)
  if (value === null) throw new Error('useConsole outside of the console')
  return value
}
