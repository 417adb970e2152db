import type { ReactNode } from 'react'

/** What stands where nothing is: a sentence, and a way on as children. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-2xl flex-col items-center gap-3 px-4 py-16 text-center">
      <h2 className="text-lg font-medium text-balance">{title}</h2>
      <div className="flex w-full flex-col items-center gap-3 text-base text-muted">{children}</div>
    </div>
  )
}
