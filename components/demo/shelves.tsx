import { Plus } from 'lucide-react'
import { Button } from '@/components/ui/button'
import type { DemoItem } from '@/lib/contract/demo'
import { ProductArt } from './product-art'
import { products, sayPrice } from './products'

/** Six things to put into the basket; behind the window, without `onBuy`, only to look at. */
export function Shelves({ onBuy, isBusy = false }: { onBuy?: (item: DemoItem) => void; isBusy?: boolean }) {
  const width = onBuy ? '' : 'lg:grid-cols-6'
  return (
    <section aria-labelledby="shelves">
      <h2 id="shelves" className={onBuy ? 'sr-only' : 'mt-3 mb-3 text-sm font-medium text-muted'}>
        {onBuy ? 'Shelves' : 'In the window today'}
      </h2>
      <ul className={`grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4 ${width}`}>
        {products.map(({ item, name, note, cents }) => (
          <li key={item} className="flex flex-col rounded-lg border border-line bg-raised p-3">
            <div className="grid h-28 place-items-center rounded-md bg-accent-soft">
              <ProductArt item={item} />
            </div>
            <h3 className="mt-3 font-medium">{name}</h3>
            <p className="text-xs text-muted">{note}</p>
            <div className="mt-auto flex items-center justify-between gap-2 pt-3">
              <span className="font-mono text-sm">{sayPrice(cents)}</span>
              {onBuy ? (
                <Button
                  aria-disabled={isBusy}
                  onClick={() => isBusy || onBuy(item)}
                  aria-label={`Add ${name} to the basket`}
                >
                  <Plus aria-hidden className="size-4" />
                  Add
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
