/** The reference in the role of the engine: other dtypes, attention, cache and version, without further flags. */
import { beforeAll, expect, it } from 'vitest'
import type { Report } from '../index.js'
import { parityJson } from '../cli/parity.fixture.js'

let report: Report
let exitCode: number | undefined
beforeAll(async () => {
  const ran = await parityJson<Report>(['run', '--suite', 'reference', '--require', '--no-baseline'])
  report = ran.document
  exitCode = ran.exitCode
}, 1_200_000)

it('judges every way that the cases name, and passes them', () => {
  const found = report.verdicts.map(({ caseId, engine, engineVersion, outcome }) => ({
    on: `${caseId} ${engine.replace(/@[\d.]+/, '')} ${engineVersion ?? ''}`,
    isGood: outcome === 'pass' || outcome === 'near-tie',
  }))
  expect(found.filter(({ isGood }) => !isGood)).toEqual([])
  expect(found.map(({ on }) => on).sort()).toEqual([
    'reference/26b-a4b/eager transformers:cpu/bfloat16 5.23.0',
    'reference/26b-a4b/eager transformers:cpu/float32 5.23.0',
    'reference/26b-a4b/eager transformers:cpu/float32 5.6.2',
    'reference/e2b/eager transformers:cpu/bfloat16 5.23.0',
    'reference/e2b/eager transformers:cpu/float16 5.23.0',
    'reference/e2b/eager transformers:cpu/float32 5.23.0',
    'reference/e2b/eager transformers:cpu/float32 5.6.2',
    'reference/e2b/no-cache transformers:cpu/float32 5.23.0',
    'reference/e2b/sdpa transformers:cpu/bfloat16 5.23.0',
    'reference/e2b/sdpa transformers:cpu/float32 5.23.0',
  ])
  expect(exitCode).toBe(0)
})

it('has the excess that its recording predicts, and computes otherwise under another attention', () => {
  const excessOf = (caseId: string) =>
    report.verdicts.find(
      (one) => one.caseId === caseId && one.engine.endsWith('/float32') && one.engineVersion === '5.23.0',
    )?.excess
  // Exactly 1 on the processor that the recording was made on.
  expect(Math.abs((excessOf('reference/e2b/eager') ?? NaN) - 1)).toBeLessThan(0.25)
  expect(excessOf('reference/e2b/sdpa')).not.toBe(excessOf('reference/e2b/eager'))
})
