import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** A process and all that descend from it, as far as the platform tells (Linux); else the process alone. */
export function listProcessTree(pid: number): number[] {
  const found = [pid]
  for (const parent of found) found.push(...listChildren(parent))
  return found
}

/** Watches the resident memory of a process and all its descendants. Linux only: elsewhere nothing is seen. */
export class MemoryWatch {
  readonly #pid: number
  #peak: number | null = null

  constructor(pid: number) {
    this.#pid = pid
  }

  /** Bytes in use now, all processes together; `null` where that cannot be known. */
  sample(): number | null {
    if (process.platform !== 'linux') return null
    const tree = listProcessTree(this.#pid).map((pid) => readMemory(pid))
    const now = tree.reduce<number | null>((sum, memory) => (memory === null ? sum : (sum ?? 0) + memory.now), null)
    const peak = Math.max(this.#peak ?? 0, now ?? 0, ...tree.map((memory) => memory?.peak ?? 0))
    this.#peak = peak > 0 ? peak : null
    return now
  }

  /**
   * The most bytes seen at once, and no less than any single process's own peak; `null` where that cannot be known.
   * Memory that several processes held for less than the time between two samples may be missed.
   */
  peakBytes(): number | null {
    return this.#peak
  }
}

/**
 * Where memory runs out, Linux ends this process and what it starts from now on before any other, the harness above all.
 * 1000 is the highest score that the kernel takes: https://docs.kernel.org/filesystems/proc.html
 */
export function sacrificeFirst(pid: number): void {
  if (process.platform === 'linux')
    attempt(() => {
      writeFileSync(`/proc/${pid}/oom_score_adj`, '1000')
    })
}

/** This process's own peak. `resourceUsage` is not asked on Linux: it starts at the peak of the process's parent. */
export function readOwnPeakBytes(): number {
  return readMemory('self')?.peak ?? process.resourceUsage().maxRSS * 1024
}

function listChildren(pid: number): number[] {
  const tasks = attempt(() => readdirSync(`/proc/${pid}/task`)) ?? []
  return tasks.flatMap((task) => {
    const children = attempt(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')) ?? ''
    return children.split(' ').filter(Boolean).map(Number)
  })
}

function readMemory(pid: number | 'self'): { now: number; peak: number } | null {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8'))
  const now = status?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1]
  const peak = status?.match(/^VmHWM:\s+(\d+) kB$/m)?.[1]
  return now === undefined || peak === undefined ? null : { now: Number(now) * 1024, peak: Number(peak) * 1024 }
}

/** A process may end between two looks at it. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
