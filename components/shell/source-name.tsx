'use client'

import { colorLooks } from '@/components/ui/color-looks'
import { VisibleText } from '@/components/ui/visible-text'
import { useConsole } from './console-context'

/** The id of a source, in the colour of its Redis where the settings file gives it one. */
export function SourceName({ id }: { id: string }) {
  const { redis } = useConsole()
  // The longest: one name may begin as another.
  const own = redis.reduce<(typeof redis)[number] | null>(
    (best, one) => (id.startsWith(`${one.id}-`) && one.id.length > (best?.id.length ?? 0) ? one : best),
    null,
  )
  if (own === null) return <VisibleText text={id} />
  return (
    <span
      data-color={own.color}
      className={`inline-block max-w-full truncate rounded-full px-2 py-0.5 text-xs font-medium ${colorLooks[own.color]}`}
    >
      <VisibleText text={id} />
    </span>
  )
}
