import { measureLogits } from '../compare/metrics.js'
import { pairRows } from '../compare/rows.js'
import type { Recorded } from '../trace/recording-store.js'
import type { FreshRecording } from './record-case.js'

/** How far two float64 recordings of the same case may lie apart, relative to the largest logit: other processors sum in another order. */
const truthTolerance = 1e-12
/** By how much the error of a rounded dtype may change, for the same reason. */
const errorTolerance = 1.25

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
  const errors = measureLogits(pairRows(after.prompts, stored.truth, fresh.truth).pairs)
  const truthDifference = errors.max / errors.logitMax
  const changes: string[] = []
  if (!(truthDifference <= truthTolerance))
    changes.push(`the float64 logits differ by ${truthDifference.toExponential(1)} of the largest`)
  if (!sameTokens(before.generated, after.generated)) changes.push('the generated tokens differ in float64')
  for (const [dtype, { error, layers }] of Object.entries(after.dtypes)) {
    const old = before.dtypes[dtype]
    if (old === undefined) changes.push(`${dtype} was not recorded`)
    else {
      const ratio = error.rms / old.error.rms
      if (!(ratio <= errorTolerance && ratio >= 1 / errorTolerance))
        changes.push(`the error of ${dtype} is ${ratio.toPrecision(3)} times what it was`)
      if (layers.length !== old.layers.length) changes.push(`${dtype} was recorded with ${old.layers.length} layers`)
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

const sameTokens = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  JSON.stringify(a) === JSON.stringify(b)
