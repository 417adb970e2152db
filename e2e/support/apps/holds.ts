/** Requests that wait in their route until a test lets them go. */
export type Holds = {
  /** The test's part: `arrived` once the request stands in its route. */
  open(): { name: string; arrived: Promise<void>; release(): void }
  /** The route's part: says that it is there, and waits. A name that was never opened does not wait. */
  wait(name: string): Promise<void>
}

export function createHolds(): Holds {
  const holds = new Map<string, { arrive(): void; released: Promise<void> }>()
  return {
    open() {
      const [arrived, arrive] = createSignal()
      const [released, release] = createSignal()
      const name = `hold-${holds.size}`
      holds.set(name, { arrive, released })
      return { name, arrived, release }
    },
    async wait(name) {
      const hold = holds.get(name)
      hold?.arrive()
      await hold?.released
    },
  }
}

function createSignal(): [Promise<void>, () => void] {
  let send = () => {}
  const signal = new Promise<void>((resolve) => {
    send = resolve
  })
  return [signal, send]
}
