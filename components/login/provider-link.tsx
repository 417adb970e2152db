import { KeyRound } from 'lucide-react'
import { buttonClass } from '@/components/ui/button'
import { withBasePath } from '@/lib/client/base-path'

type ProviderLinkProps = { text: string; next: string; isAgain?: boolean }

/** Leads to the provider, and back to `next`. `isAgain`: the provider is to ask for the password although it knows who it is. A plain link: another site comes next. */
export function ProviderLink({ text, next, isAgain = false }: ProviderLinkProps) {
  const query = new URLSearchParams({ next, ...(isAgain ? { again: '1' } : {}) })
  return (
    <a
      href={withBasePath(`/api/login/openid?${query}`)}
      className={`${buttonClass(isAgain ? 'primary' : 'plain')} h-auto min-h-control py-1 text-center whitespace-normal`}
    >
      <KeyRound aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 wrap-anywhere">{text}</span>
    </a>
  )
}
