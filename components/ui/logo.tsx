/** The mark: three sessions, each with less time left. */
export function Logo({ className = 'size-7' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g className="fill-accent-ink">
        <rect x="7" y="8.5" width="18" height="3.4" rx="1.7" />
        <rect x="7" y="14.3" width="12" height="3.4" rx="1.7" opacity=".82" />
        <rect x="7" y="20.1" width="6" height="3.4" rx="1.7" opacity=".62" />
      </g>
    </svg>
  )
}
