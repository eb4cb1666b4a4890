import { measureLogits } from '../compare/metrics.js'
import { pairRows } from '../compare/rows.js'
import type { PreparedCase, Trace } from '../types.js'

export interface WorstPrompt {
  readonly index: number
  /** Root-mean-square error of its logits; infinite for NaN and for rows that are missing. */
  readonly error: number
}

/** The prompt of a case whose logits err most. */
export function findWorstPrompt({ prompts }: PreparedCase, truth: Trace, trace: Trace): WorstPrompt {
  const errors = prompts.map((prompt, i) => {
    const alone = (of: Trace): Trace => ({ ...of, tensor: (name) => of.tensor(name.replace(/^0\./, `${i}.`)) })
    const { pairs, absent } = pairRows([prompt], alone(truth), alone(trace))
    const { rms } = measureLogits(pairs)
    return Number.isNaN(rms) || absent.length > 0 ? Infinity : rms
  })
  const error = Math.max(...errors)
  return { index: errors.indexOf(error), error }
}
