import { ProviderLink } from './provider-link'
import { VouchedButton } from './vouched-button'

type OtherWaysProps = { next: string; provider: string | null; person: string | null }

/** Ways in beside a password: a provider by its name, and what the proxy calls whoever asks. */
export function OtherWays({ next, provider, person }: OtherWaysProps) {
  if (provider === null && person === null) return null
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or
      </p>
      {person === null ? null : <VouchedButton person={person} next={next} />}
      {provider === null ? null : <ProviderLink text={`Sign in with ${provider}`} next={next} />}
    </div>
  )
}
