/** Holds the place of something that is on its way. Give it its size by `className`. */
export function Skeleton({ className = '' }: { className?: string }) {
  return <span aria-hidden className={`block animate-shimmer rounded bg-line ${className}`} />
}
