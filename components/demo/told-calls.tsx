/** What one deed of the shopper asked of Redis. */
export type Told = { id: number; deed: string; calls: string[] }

const poll: Told = {
  id: 0,
  deed: 'This page, once a second; it prolongs nothing',
  calls: ['GET rollcall-demo:…', 'PTTL rollcall-demo:…'],
}

/** The store library's own commands for the last deeds, newest first. */
export function ToldCalls({ told }: { told: Told[] }) {
  return (
    <section aria-labelledby="calls" className="rounded-lg border border-line bg-raised p-4">
      <h2 id="calls" className="text-lg font-semibold">
        What the shop asked of Redis
      </h2>
      <ol className="mt-2 flex flex-col gap-2.5">
        {[...told, poll].map(({ id, deed, calls }) => (
          <li key={id}>
            <p className="text-xs text-muted">{deed}</p>
            {calls.map((call, line) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the calls of one deed never change places
              <code key={line} className="block font-mono text-xs leading-5 wrap-anywhere">
                {call}
              </code>
            ))}
          </li>
        ))}
      </ol>
    </section>
  )
}
