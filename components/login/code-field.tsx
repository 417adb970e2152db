'use client'

import { Field } from '@/components/ui/field'

/** For a code of an authenticator. It has the focus as soon as it is asked for. */
export function CodeField({ problem = null, hint }: { problem?: string | null; hint?: string }) {
  return (
    <Field
      label="Code"
      name="code"
      problem={problem}
      hint={hint ?? 'Six figures from your authenticator, or one of your recovery codes.'}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      minLength={6}
      maxLength={40}
      autoFocus
      required
    />
  )
}
