/** How much of the machine may be used at once. */
export interface Budget {
  /** Pieces of work under way at once. */
  readonly jobs: number
  /** Bytes that they may need together; a piece that needs more than this runs alone. */
  readonly memory: number
}

/**
 * Does pieces of work side by side, as many as their number and their memory allow, the earliest one that fits first. A
 * failure ends it: what is under way is waited for, and nothing more begins.
 */
export async function workWithin<T>(
  budget: Budget,
  pieces: readonly { readonly item: T; readonly memory: number }[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...pieces]
  const underWay = new Set<Promise<void>>()
  let used = 0
  let failed = false
  let failure: unknown
  const begin = () => {
    while (!failed && underWay.size < budget.jobs) {
      const next = waiting.findIndex(({ memory }) => underWay.size === 0 || used + memory <= budget.memory)
      if (next === -1) return
      const [{ item, memory }] = waiting.splice(next, 1)
      used += memory
      const done = work(item)
        .catch((error: unknown) => {
          if (!failed) failure = error
          failed = true
        })
        .finally(() => {
          used -= memory
          underWay.delete(done)
        })
      underWay.add(done)
    }
  }
  begin()
  while (underWay.size > 0) {
    await Promise.race(underWay)
    begin()
  }
  if (failed) throw failure
}
