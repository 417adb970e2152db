/** Whether a text is an address, or a range such as `10.0.0.0/8` or `2001:db8::/32`. Here and not from Node, because browsers ask too. */
export function isAddressRange(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const widest = isVersion4(address) ? 32 : isVersion6(address) ? 128 : null
  return widest !== null && (bits === undefined || Number(bits) <= widest)
}

function isVersion4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isVersion6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const endsIn4 = isVersion4(last) && text.endsWith(last)
  const plain = endsIn4 ? groups.slice(0, -1) : groups
  const count = plain.length + (endsIn4 ? 2 : 0)
  return plain.every((group) => /^[\da-f]{1,4}$/i.test(group)) && (halves.length === 2 ? count < 8 : count === 8)
}
