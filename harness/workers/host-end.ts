import { constants } from 'node:os'

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const
const actions = new Set<() => void>()
let installed = false

/**
 * Has `action` run when this process ends: by itself, by an uncaught error, or by SIGINT, SIGTERM or SIGHUP, of which it
 * then dies (130, 143 and 129 to a shell). `action` must be synchronous. Returns what takes it back.
 */
export function atHostEnd(action: () => void): () => void {
  install()
  actions.add(action)
  return () => actions.delete(action)
}

function install(): void {
  if (installed) return
  installed = true
  process.on('exit', runActions)
  for (const signal of signals) process.prependListener(signal, endBySignal)
}

/**
 * It comes first and takes itself off the list, because `signal-exit`, which execa uses, ends the process only when it
 * finds itself alone. Other listeners decide for themselves whether to end.
 */
function endBySignal(signal: NodeJS.Signals): void {
  runActions()
  process.removeListener(signal, endBySignal)
  if (process.listenerCount(signal) > 0) {
    setImmediate(() => process.prependListener(signal, endBySignal))
    return
  }
  process.kill(process.pid, signal)
  process.exit(128 + constants.signals[signal]) // Process 1 of a container outlives its own signal.
}

function runActions(): void {
  for (const action of actions) action()
  actions.clear()
}
