/** How many changed keys are read in one go: few, for a deed that comes meanwhile waits until they are in the roster. */
const fewAtOnce = 100
/** Where so many wait, nothing is soon, and larger goes are cheaper. */
const manyPending = 5000
const manyAtOnce = 500
/** Changes that come together are read together. */
const gatherMs = 50
/** A key that was read less than one or two of these ago waits: one that changes all the time is read a few times a second. */
const coolMs = 150
/** Past this many changed keys waiting, a scan is cheaper and bounded. */
const mostPending = 200_000

type ChangesOptions = {
  /** Reads these keys and tells the roster. */
  read(keys: Buffer[]): Promise<unknown>
  /** Whether Redis answers: what waits goes on waiting while it does not. */
  canRead(): boolean
  /** More changed than is worth reading one by one; all that waited is forgotten. */
  onOverflow(): void
  /** A batch could not be read and is lost. */
  onFault(error: unknown): void
}

/** The keys that changed and wait to be read back: each once, however often it changed, a batch after another. Bounded. */
export type Changes = {
  /** `text`: the key as latin1. */
  add(text: string): void
  /** Whether it waits, or was read a moment ago. */
  has(text: string): boolean
  /** Reads what waits; called when Redis answers again. */
  flush(): void
  close(): void
}

export function createChanges({ read, canRead, onOverflow, onFault }: ChangesOptions): Changes {
  /** Texts and not the buffers that came: each of those keeps a whole message alive. */
  const pending = new Set<string>()
  /** What was read lately, in two generations. */
  let young = new Set<string>()
  let old = new Set<string>()
  let agedAt = 0
  let timer: NodeJS.Timeout | null = null
  let isReading = false
  let isClosed = false

  function age() {
    const now = performance.now()
    if (now - agedAt < coolMs) return
    old = now - agedAt < coolMs * 2 ? young : new Set()
    young = new Set()
    agedAt = now
  }

  function nextBatch(): Buffer[] {
    const batch: Buffer[] = []
    const most = pending.size > manyPending ? manyAtOnce : fewAtOnce
    for (const text of pending) {
      if (young.has(text) || old.has(text)) continue
      pending.delete(text)
      young.add(text)
      batch.push(Buffer.from(text, 'latin1'))
      if (batch.length === most) break
    }
    return batch
  }

  async function readAll() {
    timer = null
    isReading = true
    age()
    try {
      while (!isClosed && canRead()) {
        const batch = nextBatch()
        if (batch.length === 0) break
        await read(batch)
      }
    } catch (error) {
      onFault(error)
    } finally {
      isReading = false
      if (canRead()) schedule()
    }
  }

  function schedule() {
    if (timer !== null || isReading || isClosed || pending.size === 0) return
    timer = setTimeout(() => void readAll(), gatherMs)
    timer.unref()
  }

  return {
    add(text) {
      pending.add(text)
      if (pending.size <= mostPending) schedule()
      else {
        pending.clear()
        onOverflow()
      }
    },
    has: (text) => pending.has(text) || young.has(text) || old.has(text),
    flush: schedule,
    close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
