/** The striped awning over the shop's door. */
export function Awning() {
  return (
    <svg className="block h-7 w-full" aria-hidden="true">
      <defs>
        <pattern id="awning" width="48" height="28" patternUnits="userSpaceOnUse">
          <path className="fill-accent" d="M0 0h24v14a12 12 0 0 1-24 0z" />
          <path className="fill-accent-soft" d="M24 0h24v14a12 12 0 0 1-24 0z" />
        </pattern>
      </defs>
      <rect width="100%" height="28" fill="url(#awning)" />
    </svg>
  )
}
