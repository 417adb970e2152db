import type { ColorName } from '@/lib/contract/source'
import { colorLooks } from './color-looks'
import { visibleString } from './visible-text'

export type Environment = { name: string; color: ColorName }

/** Which environment this console is for, across the top of every page: its name, and its colour for whoever knows it. */
export function EnvironmentStrip({ environment }: { environment: Environment | null }) {
  if (environment === null) return null
  return (
    <aside
      aria-label="Environment"
      data-environment={environment.color}
      className={`shrink-0 px-4 text-center text-xs leading-5 font-medium ${colorLooks[environment.color]}`}
    >
      {visibleString(environment.name)}
    </aside>
  )
}
