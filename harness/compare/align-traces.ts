/** Brings what reference and engine gave into one form: the same unit, the same positions, under the same tokens. */
import type { Matrix, Trace } from '../types.js'
import type { RowForm } from './row-form.js'
import { viewTruth } from './view-truth.js'

/** What an engine gave for a case. */
export interface EngineTraces {
  readonly form: RowForm
  /** Its own cached generation. */
  readonly own: Trace
  /** Under the reference's tokens, where its own generation went elsewhere and it can be given tokens. */
  readonly forced: Trace | null
  /** One uncached pass over prompts and the reference's tokens, where it can do that. */
  readonly uncached: Trace | null
}

export interface AlignedTraces extends EngineTraces {
  /** The reference, in the engine's form. */
  readonly truth: Trace
  /** The engine under the reference's tokens, as far as it was. */
  readonly actual: Trace
}

/** The first generated token of a prompt that is not the reference's, counted from 0; −1 where there is none. */
export const findFork = (reference: Trace, own: Trace, prompt: number): number =>
  reference.generated[prompt].findIndex((token, step) => token !== own.generated[prompt][step])

/**
 * The engine's own trace, but the forced one for each prompt whose generation went elsewhere. Where there is none, the
 * decoding steps behind the fork saw other tokens than the reference's, so both sides end there. Tensors of another form
 * than the engine gives are hidden, so that they count as missing.
 */
export function alignTraces(reference: Trace, engine: EngineTraces): AlignedTraces {
  const { form } = engine
  const forks = reference.generated.map((_, prompt) => findFork(reference, engine.own, prompt))
  const shown = (trace: Trace) => mapTensors(trace, (name, matrix) => (isOfForm(name, form) ? matrix : undefined))
  const [own, forced, uncached] = [engine.own, engine.forced, engine.uncached].map((trace) =>
    trace === null ? null : shown(trace),
  )
  const untilFork = (name: string, matrix: Matrix | undefined) => {
    const fork = forks[promptOf(name)]
    return fork === -1 || forced !== null ? matrix : cutSteps(name, matrix, fork)
  }
  const followed = (name: string) => (forks[promptOf(name)] === -1 ? own : (forced ?? own))
  return {
    form,
    own: own ?? engine.own,
    forced,
    uncached,
    truth: mapTensors(viewTruth(reference, form), untilFork),
    actual: mapTensors(engine.own, (name) => untilFork(name, followed(name)?.tensor(name))),
  }
}

const promptOf = (name: string) => Number(name.slice(0, name.indexOf('.')))

const isOfForm = (name: string, { unit }: RowForm) =>
  unit === 'logits' ? !name.includes('.top-k.') : !name.endsWith('.logits')

/** Row r of the decoding steps comes from feeding token r, so that the rows before the fork saw the reference's tokens. */
function cutSteps(name: string, matrix: Matrix | undefined, fork: number): Matrix | undefined {
  if (matrix === undefined || !name.includes('.decode.')) return matrix
  const rows = Math.min(matrix.rows, fork)
  return { ...matrix, rows, data: matrix.data.subarray(0, rows * matrix.columns) }
}

const mapTensors = (trace: Trace, change: (name: string, matrix: Matrix | undefined) => Matrix | undefined): Trace => ({
  ...trace,
  tensor: (name) => change(name, trace.tensor(name)),
})
