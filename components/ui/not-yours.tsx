import { EmptyState } from './empty-state'

/** For a role that may not see a page and came by its address. `what` begins the sentence: `API tokens are`. */
export function NotYours({ title, what, role }: { title: string; what: string; role: string }) {
  return (
    <EmptyState isWholePage title={`${what} for admins`}>
      <title>{`${title} · Rollcall`}</title>
      <p>You are signed in as {role}. Ask an admin if you need something done here.</p>
    </EmptyState>
  )
}
