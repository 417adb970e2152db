import { type Role, roles } from '@/lib/contract/login'
import { roleWords } from './words'

/** One of the roles, each with what it lets a person do. */
export function RoleField({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">Role</legend>
      {roles.map((one) => (
        <label key={one} className="flex min-h-control items-start gap-2.5 py-1 text-sm">
          <input
            type="radio"
            name="role"
            className="mt-0.5 size-4 shrink-0 accent-(--accent)"
            checked={one === role}
            onChange={() => onChange(one)}
          />
          <span>
            {roleWords[one].label}
            <span className="block text-muted">{roleWords[one].can}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
