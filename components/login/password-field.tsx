'use client'

import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { inputClass } from '@/components/ui/field'

type PasswordFieldProps = Omit<ComponentProps<'input'>, 'id' | 'type'> & { label: string }

/** A password, hidden until its owner asks to see it. Managers and pasting are welcome. */
export function PasswordField({ label, ...rest }: PasswordFieldProps) {
  const id = useId()
  const [isShown, setShown] = useState(false)
  const Icon = isShown ? EyeOff : Eye
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          type={isShown ? 'text' : 'password'}
          className={`${inputClass} pr-11`}
          autoCapitalize="none"
          spellCheck={false}
          {...rest}
        />
        <Button
          look="quiet"
          isIcon
          className="absolute inset-y-0 right-0"
          aria-label="Show the password"
          aria-pressed={isShown}
          onClick={() => setShown(!isShown)}
        >
          <Icon aria-hidden className="size-4" />
        </Button>
      </div>
    </div>
  )
}
