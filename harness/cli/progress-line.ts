import { createLogUpdate } from 'log-update'
import type { RunEvent } from '../run.js'
import type { Verdict } from '../types.js'
import { describeFetch } from './describe-fetch.js'

/** What is under way, on stderr: one line that changes on a terminal, a line a verdict elsewhere. */
export class ProgressLine implements Disposable {
  readonly #total: number
  readonly #isQuiet: boolean
  readonly #update = process.stderr.isTTY ? createLogUpdate(process.stderr) : null
  readonly #active = new Map<string, string>()
  #done: number

  /** `done` of the `total` verdicts were reached before. */
  constructor(total: number, done: number, isQuiet: boolean) {
    this.#total = total
    this.#done = done
    this.#isQuiet = isQuiet
  }

  show(event: RunEvent): void {
    if (this.#isQuiet) return
    if (event.type === 'fetch') {
      this.#update?.(`${event.caseId}: ${describeFetch(event)}`)
      return
    }
    const name = `${event.caseId} on ${event.engine}`
    if (event.type === 'verdict') {
      this.#done++
      this.#active.delete(name)
      if (this.#update === null) process.stderr.write(`[${this.#done}/${this.#total}] ${describe(event.verdict)}\n`)
    } else {
      this.#active.set(name, event.type === 'progress' ? `${name}: ${event.done} of ${event.total} tokens` : name)
    }
    this.#update?.([`${this.#done} of ${this.#total} verdicts`, ...this.#active.values()].join('\n'))
  }

  [Symbol.dispose](): void {
    this.#update?.clear()
  }
}

const describe = ({ caseId, engine, outcome, elapsedMs }: Verdict) =>
  `${outcome.padEnd(8)} ${caseId} on ${engine} (${(elapsedMs / 1000).toFixed(1)} s)`
