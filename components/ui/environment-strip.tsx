import { visibleString } from './visible-text'

export type Environment = { name: string; color: 'red' | 'amber' | 'green' | 'blue' | 'violet' | 'grey' }

const looks: Record<Environment['color'], string> = {
  red: 'bg-danger-soft text-danger',
  amber: 'bg-expiring-soft text-expiring',
  green: 'bg-live-soft text-live',
  blue: 'bg-accent-soft text-accent',
  violet: 'bg-persistent-soft text-persistent',
  grey: 'bg-stale-soft text-stale',
}

/** Which environment this console is for, across the top of every page: its name, and its colour for whoever knows it. */
export function EnvironmentStrip({ environment }: { environment: Environment | null }) {
  if (environment === null) return null
  return (
    <aside
      aria-label="Environment"
      data-environment={environment.color}
      className={`shrink-0 px-4 text-center text-xs leading-5 font-medium ${looks[environment.color]}`}
    >
      {visibleString(environment.name)}
    </aside>
  )
}
