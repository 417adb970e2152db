/** Gives the focus at once to what is drawn, for the next key may end it before another frame comes; else to what that frame draws. */
export function focusWhenDrawn(find: () => HTMLElement | null | undefined): void {
  const drawn = find()
  if (drawn) drawn.focus()
  else requestAnimationFrame(() => find()?.focus())
}
