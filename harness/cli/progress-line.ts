import { createLogUpdate } from 'log-update'
import type { RunEvent } from '../run.js'
import type { Verdict } from '../types.js'
import { describeFetch } from './describe-fetch.js'

/** How often a line tells how far a reference is, where no line can change. */
const referenceEveryMs = 30_000

/** What is under way, on stderr: one line that changes on a terminal, a line a verdict elsewhere. */
export class ProgressLine implements Disposable {
  readonly #total: number
  readonly #isQuiet: boolean
  readonly #update = process.stderr.isTTY ? createLogUpdate(process.stderr) : null
  readonly #active = new Map<string, string>()
  #done: number
  #said = performance.now()

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
    if (event.type === 'estimate') {
      this.#print(`${event.caseId}: ${event.reference} takes ${event.estimate}`)
      return
    }
    if (event.type === 'reference') {
      this.#showReference(event)
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
    this.#refresh()
  }

  /** What a reference does, which may take minutes, is said now and then where no line can change. */
  #showReference({ caseId, reference, done, total }: Extract<RunEvent, { type: 'reference' }>): void {
    const name = `${caseId} by ${reference}`
    const line = `${name}: ${done} of ${total} tokens`
    if (done < total) this.#active.set(name, line)
    else this.#active.delete(name)
    this.#refresh()
    if (this.#update !== null || performance.now() - this.#said < referenceEveryMs) return
    this.#print(line)
  }

  /** A line that stays. */
  #print(line: string): void {
    this.#said = performance.now()
    this.#update?.clear()
    process.stderr.write(`${line}\n`)
    this.#refresh()
  }

  #refresh(): void {
    this.#update?.([`${this.#done} of ${this.#total} verdicts`, ...this.#active.values()].join('\n'))
  }

  [Symbol.dispose](): void {
    this.#update?.clear()
  }
}

const describe = ({ caseId, engine, outcome, elapsedMs }: Verdict) =>
  `${outcome.padEnd(8)} ${caseId} on ${engine} (${(elapsedMs / 1000).toFixed(1)} s)`
