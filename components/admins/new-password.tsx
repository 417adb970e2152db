'use client'

import { type ReactNode, useState } from 'react'
import { PasswordField } from '@/components/login/password-field'
import type { ApiProblem } from '@/lib/client/api'

type NewPassword = {
  /** Null: the server shall make one. */
  password: string | null
  isReady: boolean
  fields: (problem: ApiProblem | null) => ReactNode
}

/** Two ways to a password for somebody else: made and shown once, or typed twice. */
export function useNewPassword(): NewPassword {
  const [isTyped, setTyped] = useState(false)
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const fields = (problem: ApiProblem | null) => (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 text-sm font-medium">Password</legend>
      {[
        { isOn: !isTyped, label: 'Make one and show it to me once', typed: false },
        { isOn: isTyped, label: 'Type one', typed: true },
      ].map(({ isOn, label, typed }) => (
        <label key={label} className="flex items-center gap-2.5 text-sm pointer-coarse:min-h-11">
          <input
            type="radio"
            name="way"
            className="size-4 shrink-0 accent-(--accent)"
            checked={isOn}
            onChange={() => setTyped(typed)}
          />
          {label}
        </label>
      ))}
      {isTyped ? <TypedTwice {...{ password, setPassword, again, setAgain, problem }} /> : null}
    </fieldset>
  )
  return { password: isTyped ? password : null, isReady: !isTyped || (password !== '' && password === again), fields }
}

type TypedTwiceProps = {
  password: string
  setPassword: (text: string) => void
  again: string
  setAgain: (text: string) => void
  problem: ApiProblem | null
  /** Where the server points when it does not take it. */
  pointer?: string
}

/** A new password and the same once more, with what is wrong with it. */
export function TypedTwice({
  password,
  setPassword,
  again,
  setAgain,
  problem,
  pointer = '/password',
}: TypedTwiceProps) {
  const fault = problem?.faults.find((one) => one.pointer === pointer)?.detail ?? null
  const isOther = again !== '' && !password.startsWith(again)
  const note = fault !== null ? `It ${fault}.` : isOther ? 'The two are not the same.' : null
  return (
    <>
      <PasswordField
        label="New password"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        required
      />
      <PasswordField
        label="The same again"
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.target.value)}
        required
      />
      <p
        role={note === null ? undefined : 'alert'}
        className={`text-xs ${note === null ? 'text-faint' : 'text-danger'}`}
      >
        {note ??
          'At least 15 characters, of any kind. Some words of your own, with spaces between, are good and easy to keep.'}
      </p>
    </>
  )
}
