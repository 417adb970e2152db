import { Plus } from 'lucide-react'
import { Button } from '@/components/ui/button'
import type { DemoItem } from '@/lib/contract/demo'
import { ProductArt } from './product-art'
import { products, sayPrice } from './products'

/** Six things to put into the basket. */
export function Shelves({ onBuy, isBusy }: { onBuy: (item: DemoItem) => void; isBusy: boolean }) {
  return (
    <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4" aria-label="Shelves">
      {products.map(({ item, name, note, cents }) => (
        <li key={item} className="flex flex-col rounded-lg border border-line bg-raised p-3">
          <div className="grid h-28 place-items-center rounded-md bg-(--shop-soft)">
            <ProductArt item={item} />
          </div>
          <h3 className="mt-3 font-medium">{name}</h3>
          <p className="text-xs text-muted">{note}</p>
          <div className="mt-auto flex items-center justify-between gap-2 pt-3">
            <span className="font-mono text-sm">{sayPrice(cents)}</span>
            <Button
              aria-disabled={isBusy}
              onClick={() => isBusy || onBuy(item)}
              aria-label={`Add ${name} to the basket`}
            >
              <Plus aria-hidden className="size-4" />
              Add
            </Button>
          </div>
        </li>
      ))}
    </ul>
  )
}
