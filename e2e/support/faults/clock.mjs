/** Loaded before the console: at each SIGUSR2 its wall clock jumps, an hour ahead, an hour behind, and back to what it is. */
const offsets = [3_600_000, -3_600_000, 0]
const RealDate = Date
let jumps = 0
let offset = 0

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offset)
    else super(...parts)
  }
  static now() {
    return RealDate.now() + offset
  }
}
process.on('SIGUSR2', () => {
  offset = offsets[jumps % offsets.length]
  jumps += 1
})
