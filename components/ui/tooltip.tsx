'use client'

import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'

const handle = Base.createHandle<() => ReactNode>()

type HintProps = { /** Asked for only when it is shown. */ text: () => ReactNode; children: ReactElement }

/** Gives an element a hint on hover and focus. Costs one trigger; all of them share the one popup that `HintProvider` draws. */
export function Hint({ text, children }: HintProps) {
  return <Base.Trigger handle={handle} payload={text} render={children} delay={350} />
}

/** Stands once around the page and draws the hint that is asked for. */
export function HintProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider>
      {children}
      <Base.Root handle={handle}>
        {({ payload }) => (
          <Base.Portal>
            <Base.Positioner sideOffset={6} collisionPadding={8} className="z-60">
              <Base.Popup className="max-w-80 rounded-md bg-ink px-2 py-1 text-xs whitespace-pre-line text-surface shadow-float transition-opacity duration-quick data-ending-style:opacity-0 data-instant:transition-none data-starting-style:opacity-0">
                {payload?.()}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        )}
      </Base.Root>
    </Base.Provider>
  )
}
