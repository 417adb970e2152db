import type { Role } from '@/lib/contract/login'
import { roleLabels } from './role-labels'

type RoleFieldProps = {
  role: Role
  offered: readonly Role[]
  /** What each lets one do. */
  means: Record<Role, string>
  onChange: (role: Role) => void
}

/** One of the roles that are offered, each with what it means. */
export function RoleField({ role, offered, means, onChange }: RoleFieldProps) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">Role</legend>
      {offered.map((one) => (
        <label key={one} className="flex min-h-control items-start gap-2.5 py-1 text-sm">
          <input
            type="radio"
            name="role"
            className="mt-0.5 size-4 shrink-0 accent-(--accent)"
            checked={one === role}
            onChange={() => onChange(one)}
          />
          <span>
            {roleLabels[one]}
            <span className="block text-muted">{means[one]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
