import type { ReactNode } from 'react'

type Props = {
  title: string
  /** It is all there is on the page, so its title is the page's. */
  isWholePage?: boolean
  children?: ReactNode
}

/** What stands where nothing is: a sentence, and a way on as children. */
export function EmptyState({ title, isWholePage = false, children }: Props) {
  const Heading = isWholePage ? 'h1' : 'h2'
  return (
    <div className="mx-auto flex max-w-2xl flex-col items-center gap-3 px-4 py-16 text-center">
      <Heading className="text-lg font-medium text-balance">{title}</Heading>
      <div className="flex w-full flex-col items-center gap-3 text-base text-muted">{children}</div>
    </div>
  )
}
