import { type ComponentProps, type ReactNode, useId } from 'react'

/** The classes of a text input, 32 px high, 44 on touch. 16 px type on touch keeps phones from zooming in. */
export const inputClass =
  'h-control w-full rounded-md border border-line-strong bg-raised px-2.5 text-base text-ink placeholder:text-faint pointer-coarse:text-lg transition-[border-color] duration-quick hover:border-faint focus-visible:border-accent focus-visible:outline-offset-0 aria-invalid:border-danger disabled:opacity-60'

type FieldProps = Omit<ComponentProps<'input'>, 'id'> & { label: string; hint?: ReactNode; problem?: string | null }

/** A labelled input. `problem` is said to screen readers and marks the input invalid; `hint` stands below while there is none. */
export function Field({ label, hint, problem = null, className = '', ...rest }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = problem ?? hint
  return (
    <div className={`flex flex-col gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className={inputClass}
        aria-invalid={problem === null ? undefined : true}
        aria-describedby={note ? noteId : undefined}
        {...rest}
      />
      {note ? (
        <p
          id={noteId}
          role={problem === null ? undefined : 'alert'}
          className={`text-xs ${problem === null ? 'text-faint' : 'text-danger'}`}
        >
          {note}
        </p>
      ) : null}
    </div>
  )
}
