import { ProblemNote } from '@/components/ui/problem-note'

/** Why nobody can sign in at this address, and the two ways out. */
export function InsecureNote({ host, port }: { host: string; port: number }) {
  const tunnel = `ssh -N -L ${port}:127.0.0.1:${port} ${host}`
  return (
    <ProblemNote title="This address is not safe for a password" tone="warning">
      <p>
        You are here over plain http from another machine: the password would cross the network in the clear, and
        browsers keep the sign-in cookie only over https or on localhost.
      </p>
      <ul className="mt-3 flex list-disc flex-col gap-3 pl-4">
        <li>
          For you alone: open a tunnel, then <span className="font-mono">http://localhost:{port}</span>
          <code className="mt-1.5 block overflow-x-auto rounded-md bg-sunken px-2.5 py-2 font-mono text-xs text-ink">
            {tunnel}
          </code>
        </li>
        <li>
          For everybody: put a proxy with TLS in front and set <code className="font-mono">PUBLIC_URL</code> to its
          https address.
        </li>
      </ul>
    </ProblemNote>
  )
}
