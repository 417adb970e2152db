import { products, sayPrice } from './products'

/** What lies in the basket; it lives in the session and goes with it. */
export function Basket({ items }: { items: string[] }) {
  const lines = products
    .map((product) => ({ ...product, times: items.filter((item) => item === product.item).length }))
    .filter(({ times }) => times > 0)
  const total = lines.reduce((sum, { times, cents }) => sum + times * cents, 0)
  return (
    <section aria-labelledby="basket" className="rounded-lg border border-line bg-raised p-4">
      <h2 id="basket" className="text-lg font-semibold">
        Basket
      </h2>
      {lines.length === 0 ? (
        <p className="mt-1 text-sm text-muted">Empty so far. Whatever you add is kept in your session.</p>
      ) : (
        <>
          <ul className="mt-2 flex flex-col gap-1 text-sm">
            {lines.map(({ item, name, times, cents }) => (
              <li key={item} className="flex justify-between gap-3">
                <span>
                  {times > 1 ? `${times} × ` : ''}
                  {name}
                </span>
                <span className="font-mono">{sayPrice(times * cents)}</span>
              </li>
            ))}
          </ul>
          <p className="mt-2 flex justify-between border-t border-line pt-2 text-sm font-medium">
            <span>Total</span>
            <span className="font-mono">{sayPrice(total)}</span>
          </p>
        </>
      )}
    </section>
  )
}
