'use client'

import { useEffect, useState } from 'react'
import { Skeleton } from './skeleton'

/** Sooner than this nothing is drawn that would only flash. */
const patienceMs = 300

/** Holds the place of a table while it is on its way. */
export function SkeletonRows() {
  const [isDue, setDue] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), patienceMs)
    return () => clearTimeout(timer)
  }, [])
  if (!isDue) return null
  return (
    <div aria-hidden className="px-4 md:px-6">
      {Array.from({ length: 14 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move
        <div key={index} className="flex h-(--row-height) items-center gap-6 border-b">
          <Skeleton className="size-4" />
          <Skeleton className="h-3.5 w-40" />
          <Skeleton className="h-3.5 flex-1" />
          <Skeleton className="h-3.5 w-36" />
        </div>
      ))}
    </div>
  )
}
