import type { ComponentProps } from 'react'

const looks = {
  primary: 'bg-accent text-accent-ink hover:brightness-108 active:brightness-95',
  plain: 'bg-raised text-ink border border-line-strong hover:bg-sunken active:bg-sunken',
  quiet:
    'text-muted hover:text-ink hover:bg-sunken active:bg-sunken data-popup-open:bg-sunken data-popup-open:text-ink',
  danger: 'bg-danger-solid text-danger-ink hover:brightness-108 active:brightness-95',
  'danger-quiet': 'text-danger hover:bg-danger-soft active:bg-danger-soft',
} as const

export type ButtonLook = keyof typeof looks

/** The classes of a button, for a link that must look like one. `isIcon`: square, for a single icon (then give it an accessible name). */
export function buttonClass(look: ButtonLook = 'plain', isIcon = false): string {
  const shape = isIcon ? 'w-control' : 'px-3'
  return `inline-flex h-control shrink-0 items-center justify-center gap-1.5 rounded-md text-sm font-medium whitespace-nowrap select-none transition-[background-color,color,filter] duration-quick disabled:opacity-50 disabled:cursor-default aria-disabled:opacity-50 ${shape} ${looks[look]}`
}

type ButtonProps = ComponentProps<'button'> & { look?: ButtonLook; isIcon?: boolean }

/** 32 px high, 44 on touch. `type` is `button` unless said otherwise. */
export function Button({ look = 'plain', isIcon = false, className = '', type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={`${buttonClass(look, isIcon)} ${className}`} {...rest} />
}
