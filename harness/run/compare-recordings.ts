import { largestError, measureLogits } from '../compare/metrics.js'
import { pairRows } from '../compare/rows.js'
import type { Recorded } from '../trace/recording-store.js'
import type { Matrix } from '../types.js'
import type { FreshRecording } from './record-case.js'

/** How far two float64 recordings of the same case may lie apart, relative to the largest logit: other processors sum in another order. */
const truthTolerance = 1e-12
/**
 * By which factor the error of a rounded dtype may change, for the same reason. All 48 recordings made again on another
 * machine with as many threads: 0.96 to 1.08 of the pooled error, 0.98 to 1.11 of that behind a layer, and 0.33
 * to 1.53 of the largest, which is that of one logit.
 */
const errorTolerance = { rms: 1.25, layer: 1.25, max: 4 } as const

export interface RecordingChanges {
  /** What may not change, and did. */
  readonly changes: readonly string[]
  /** What may: versions, the platform, tokens generated in a rounded dtype. */
  readonly notes: readonly string[]
  /** Largest difference of the truths, relative to the largest logit. */
  readonly truthDifference: number
}

export function compareRecordings(stored: Recorded, fresh: FreshRecording): RecordingChanges {
  const [before, after] = [stored.recording, fresh.recording]
  const { pairs, absent } = pairRows(after.prompts, stored.truth, fresh.truth)
  const errors = measureLogits(pairs)
  const truthDifference = errors.max / errors.logitMax
  // Of two recordings the one that is stored stands for the reference, the fresh one for the engine.
  const changes = absent.map(({ what }) => `where the stored recording is the reference, ${what}`)
  if (!(truthDifference <= truthTolerance))
    changes.push(`the float64 logits differ by ${truthDifference.toExponential(1)} of the largest`)
  changes.push(...compareHidden(stored, fresh))
  if (!sameTokens(before.generated, after.generated)) changes.push('the generated tokens differ in float64')
  for (const [dtype, { error, layers }] of Object.entries(after.dtypes)) {
    const old = before.dtypes[dtype]
    if (old === undefined) changes.push(`${dtype} was not recorded`)
    else {
      changes.push(...compareErrors(`the error of ${dtype}`, error.rms, old.error.rms, errorTolerance.rms))
      changes.push(...compareErrors(`the largest error of ${dtype}`, error.max, old.error.max, errorTolerance.max))
      if (layers.length !== old.layers.length) changes.push(`${dtype} was recorded with ${old.layers.length} layers`)
      else
        for (const [layer, noise] of layers.entries())
          changes.push(
            ...compareErrors(
              `the error of ${dtype} behind layer ${layer}`,
              noise,
              old.layers[layer],
              errorTolerance.layer,
            ),
          )
    }
  }
  // A rounded dtype sums in another order on another processor, so that its tokens may differ where the truth is the same.
  const others = Object.entries(after.dtypes)
    .filter(([dtype, { generated }]) => !sameTokens(before.dtypes[dtype]?.generated ?? [], generated))
    .map(([dtype]) => `the generated tokens differ in ${dtype}`)
  const names = Object.keys({ ...before.source.versions, ...after.source.versions })
  const notes = names
    .filter((name) => before.source.versions[name] !== after.source.versions[name])
    .map((name) => `${name}: ${before.source.versions[name] ?? 'none'} → ${after.source.versions[name] ?? 'none'}`)
  return { changes, notes: [...notes, ...others], truthDifference }
}

function compareErrors(what: string, after: number, before: number, tolerance: number): string[] {
  const ratio = after === before ? 1 : after / before
  return ratio <= tolerance && ratio >= 1 / tolerance ? [] : [`${what} is ${ratio.toPrecision(3)} times what it was`]
}

/** The hidden states in float64, layer by layer, as the logits are. */
function compareHidden({ recording, truth }: Recorded, fresh: FreshRecording): string[] {
  const prompt = recording.prompts.findIndex(({ id }) => id === recording.layersOf)
  const named = new Map(fresh.tensors.map((tensor) => [tensor.name, tensor]))
  const changes: string[] = []
  for (let layer = 0; ; layer++) {
    const name = `${prompt}.layers.${layer}`
    const [before, after] = [truth.tensor(name), named.get(name)]
    if (before === undefined && after === undefined) return changes
    if (before === undefined || after?.shape.join() !== `${before.rows},${before.columns}`)
      changes.push(`the hidden states behind layer ${layer} are not recorded, or of another shape`)
    else {
      const [largest, error] = [
        largestOf(before.data),
        largestError(before.data, Float64Array.from(after.data, Number)),
      ]
      if (!(error <= truthTolerance * largest))
        changes.push(
          `the hidden states behind layer ${layer} differ by ${(error / largest).toExponential(1)} of the largest`,
        )
    }
  }
}

function largestOf(values: Matrix['data']): number {
  let max = 0
  for (const value of values) max = Math.max(max, Math.abs(value))
  return max
}

const sameTokens = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  JSON.stringify(a) === JSON.stringify(b)
