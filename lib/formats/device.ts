import Bowser from 'bowser'
import { maxFactLength } from './limits'

const rememberedMost = 1_000
const remembered = new Map<string, string | null>()

/** A user agent as a person says it, `Chrome on Windows` or `Safari on iPhone`; null for none or an unknown one. Never throws; the same text is parsed once. */
export function describeDevice(userAgent: string | null): string | null {
  const text = userAgent?.slice(0, maxFactLength).trim() ?? ''
  if (text === '') return null
  const known = remembered.get(text)
  if (known !== undefined) return known
  if (remembered.size >= rememberedMost) remembered.clear()
  const device = parse(text)
  remembered.set(text, device)
  return device
}

function parse(text: string): string | null {
  const { browser, os, platform } = Bowser.parse(text)
  const place = platform.model === 'iPhone' || platform.model === 'iPad' ? platform.model : os.name
  // Some bear their place in their name: Samsung Internet for Android.
  const name = browser.name?.replace(` for ${os.name}`, '')
  if (!name) return place ?? null
  return place ? `${name} on ${place}` : name
}
