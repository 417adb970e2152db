'use client'

import { cloneElement, type FocusEvent, type PointerEvent, type ReactElement, type ReactNode } from 'react'
import { hideHint, showHint } from './hint-popup'

/** What a hint listens to: any element that stands in the page. */
type Hinted = {
  onPointerEnter?: (event: PointerEvent) => void
  onPointerLeave?: () => void
  onFocus?: (event: FocusEvent) => void
  onBlur?: () => void
}

type HintProps = { /** Asked for only when it is shown. */ text: () => ReactNode; children: ReactElement<Hinted> }

/** Gives an element a hint on hover and focus. Costs four listeners; all of them share the one popup that `HintPopup` draws. */
export function Hint({ text, children }: HintProps) {
  return cloneElement(children, {
    onPointerEnter: ({ pointerType, currentTarget }) =>
      pointerType === 'touch' ? undefined : showHint(currentTarget, text, 'soon'),
    onPointerLeave: () => hideHint('soon'),
    onFocus: ({ currentTarget }) => {
      if (currentTarget.matches(':focus-visible') || window.matchMedia('(hover: none)').matches)
        showHint(currentTarget, text, 'now')
    },
    onBlur: () => hideHint('now'),
  })
}
