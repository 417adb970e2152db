import type { ColorName } from '@/lib/contract/source'

/** A wash and a text that is legible on it, in both themes. */
export const colorLooks: Record<ColorName, string> = {
  red: 'bg-danger-soft text-danger',
  amber: 'bg-expiring-soft text-expiring',
  green: 'bg-live-soft text-live',
  blue: 'bg-accent-soft text-accent',
  violet: 'bg-persistent-soft text-persistent',
  grey: 'bg-stale-soft text-stale',
}
