import { constants } from 'node:os'
import type { Fault } from '../types.js'
import { WorkerFault } from '../workers/host.js'

/** A reference that refused, crashed or hung, so that there is nothing to compare an engine with. */
export class ReferenceFault extends WorkerFault {
  constructor({ kind, stage, message, detail, log }: WorkerFault) {
    super(kind, stage, `the reference failed: ${message}`, detail, log)
    this.name = 'ReferenceFault'
  }
}

/** Says of a failure that it was not the engine's. */
export async function blameReference<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof WorkerFault)) throw error
    throw new ReferenceFault(error)
  }
}

/**
 * Signals that a process gets from others and does not raise itself. SIGKILL is also what the kernel sends to whoever
 * uses up the memory: a greedy engine cannot be told from a small machine, so it counts as the machine's.
 */
const sentByOthers = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** A program that was started by a shell or a container has the signal in its exit code. */
const exitCodesByOthers: readonly number[] = sentByOthers.map((signal) => 128 + constants.signals[signal])

/** As Node, C and Python say it. */
const diskIsFull = /\bENOSPC\b|\bEDQUOT\b|no space left on device|disk quota exceeded/i

/**
 * Whose fault it is that there is no verdict on an engine. The machine's: the worker could not be started, was killed
 * from outside or for its memory, found the disk full, or the reference failed. The engine's: everything else; a refusal,
 * a crash, silence, nonsense.
 */
export function classifyFault(fault: WorkerFault): Fault {
  const { kind, detail, message, log } = fault
  if (fault instanceof ReferenceFault || kind === 'spawn' || kind === 'aborted') return 'infrastructure'
  if (diskIsFull.test(message)) return 'infrastructure'
  if (kind !== 'exited') return 'engine'
  const isKilled =
    sentByOthers.some((signal) => signal === detail.signal) || exitCodesByOthers.includes(detail.code ?? 0)
  return isKilled || diskIsFull.test(log) ? 'infrastructure' : 'engine'
}
