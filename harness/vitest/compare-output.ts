import { compareLogits, type Measure } from '../compare/compare-logits.js'
import { compareTokens } from '../compare/compare-tokens.js'
import { compareTopK } from '../compare/compare-top-k.js'
import { findNonFinite } from '../compare/find-non-finite.js'
import { defaultLimits } from '../compare/limits.js'
import { describePlace } from '../compare/place.js'
import { ParityError } from '../errors.js'
import type { Comparison, Matrix, Trace } from '../types.js'
import type { CaseReference } from './load-reference.js'
import { toMatrix, type Rows } from './to-matrix.js'

/** What an engine gave for the prompts of a case; each part is a list in their order, and can be left out. */
export interface EngineOutput {
  /** A row for each position of the prompt. */
  readonly logits?: readonly Rows[]
  /** A row for each of the reference's tokens but the last, fed one by one through the KV cache. */
  readonly decodeLogits?: readonly Rows[]
  /** The tokens of the engine's own greedy generation. */
  readonly generated?: readonly (readonly number[])[]
}

export interface OutputComparison {
  readonly passed: boolean
  /** One sentence. */
  readonly reason: string
  readonly notCompared: readonly string[]
}

const parts = {
  logits: 'logits of the prompts',
  decodeLogits: 'logits of the decoding steps',
  generated: 'generated tokens',
} as const
type Part = keyof typeof parts
const partNames = Object.keys(parts) as Part[]

/**
 * Compares what is there with the reference, by the limits of a run.
 *
 * @throws ParityError PARITY_USAGE where nothing is there to compare
 */
export function compareOutput(output: EngineOutput, reference: CaseReference): OutputComparison {
  const given = partNames.filter((part) => output[part] !== undefined)
  if (given.length === 0)
    throw new ParityError(
      'PARITY_USAGE',
      `there is nothing to compare with ${reference.caseId}`,
      `Give one of ${partNames.join(', ')}.`,
    )
  const notCompared = partNames.filter((part) => !given.includes(part)).map((part) => parts[part])
  const problem = findMiscount(output, reference) ?? findNonsense(output, reference)
  if (problem !== null) return { passed: false, reason: problem, notCompared }
  return { ...explain(compareParts(output, reference)), notCompared }
}

/** Every part is about every prompt. */
function findMiscount(output: EngineOutput, { prompts, generate }: CaseReference): string | null {
  for (const part of partNames) {
    const count = output[part]?.length ?? prompts.length
    if (count !== prompts.length)
      return `${parts[part]}: a list of ${count}, where the case has ${prompts.length} prompts`
  }
  const short = output.generated?.findIndex((tokens) => tokens.length !== generate) ?? -1
  return short === -1
    ? null
    : `${output.generated?.[short].length} generated tokens of prompt '${prompts[short].id}', where the case asks for ${generate}`
}

function findNonsense(output: EngineOutput, { prompts }: CaseReference): string | null {
  const place = findNonFinite(prompts, traceOf(output))
  return place === undefined ? null : `the logits hold NaN or infinity, first at ${describePlace(place)}`
}

function compareParts(output: EngineOutput, { prompts, spread, truth }: CaseReference): Comparison[] {
  const measure: Measure = { prompts, spread, limits: defaultLimits }
  const engine = traceOf(output)
  const comparisons: Comparison[] = []
  if (output.logits !== undefined || output.decodeLogits !== undefined) {
    const partOfTruth: Trace = { ...truth, tensor: (name) => (isGiven(name, output) ? truth.tensor(name) : undefined) }
    comparisons.push(compareLogits(measure, partOfTruth, engine), compareTopK(measure, partOfTruth, engine))
  }
  if (output.generated !== undefined) {
    const { comparison } = compareTokens(measure, truth, { actual: engine, own: engine, forced: null })
    comparisons.push(comparison)
  }
  return comparisons
}

const isGiven = (tensor: string, { logits, decodeLogits }: EngineOutput) =>
  (tensor.endsWith('.decode.logits') ? decodeLogits : logits) !== undefined

function traceOf({ logits = [], decodeLogits = [], generated = [] }: EngineOutput): Trace {
  const tensors = new Map<string, Matrix>([
    ...logits.map((rows, i) => [`${i}.logits`, toMatrix(rows)] as const),
    ...decodeLogits.map((rows, i) => [`${i}.decode.logits`, toMatrix(rows)] as const),
  ])
  return { generated, elapsedMs: 0, peakBytes: null, tensor: (name) => tensors.get(name) }
}

function explain(comparisons: readonly Comparison[]): { passed: boolean; reason: string } {
  const failed = comparisons.filter(({ passed }) => !passed)
  if (failed.length > 0) {
    const [{ aspect, detail = `${aspect} out of bounds` }, ...rest] = failed
    const also = rest.length === 0 ? '' : `; also out of bounds: ${rest.map((other) => other.aspect).join(', ')}`
    return { passed: false, reason: `${detail}${also}` }
  }
  return { passed: true, reason: `${comparisons.map(({ aspect }) => aspect).join(', ')} within the limits` }
}
