import { describe, expect, it } from 'vitest'
import { compareRuns } from './compare-runs.js'
import { defaultLimits } from './limits.js'
import { makeTrace, prompts } from './traces.fixture.js'

const spread = { dtype: 'float32', rms: 1e-3, max: 1e-3, origin: 'recorded' } as const
const measure = { prompts, limits: defaultLimits, spread }
const how = 'when it is asked again'
const compare = (...traces: readonly ReturnType<typeof makeTrace>[]) =>
  compareRuns(
    'deterministic',
    measure,
    makeTrace(),
    traces.map((trace) => ({ how, trace })),
  )

it('runs that are equal to the last bit pass, and it says so', () => {
  expect(compare(makeTrace(), makeTrace())).toMatchObject({ passed: true, metrics: { runs: 2, bitEqual: 1, rms: 0 } })
})

it('jitter within the limits passes, and is measured', () => {
  const { passed, metrics } = compare(makeTrace((logits) => (logits[0] += 1e-3)))
  expect(passed).toBe(true)
  expect(metrics).toMatchObject({ bitEqual: 0 })
  expect(metrics.maxExcess).toBeCloseTo(1)
})

it('another logit fails, with its place', () => {
  const changed = makeTrace((logits, { prompt, row, decode }) => {
    if (prompt === 1 && row === 2 && !decode) logits[0] += 0.5
  })
  expect(compare(makeTrace(), changed)).toMatchObject({
    passed: false,
    first: { prompt: 'long', position: 2 },
    detail: `the engine gives something else ${how}: by 0.50 at position 2 of prompt 'long'`,
  })
})

describe('another token', () => {
  /** The second token of `long` becomes the runner-up, by so much. */
  const fork = (lead: number, first = 1) =>
    [-lead / 2, lead / 2].map((by) =>
      makeTrace((logits, { prompt, row, decode }) => {
        if (prompt !== 1) return
        if (decode && row === 0) {
          logits.fill(0)
          logits[1] = first + by
          logits[2] = first
        }
        // What follows another token is of no interest.
        if (decode && row === 1 && by < 0) logits.reverse()
      }),
    )

  it('fails where the engine’s own logits tell the two apart', () => {
    const [other, own] = fork(0.5)
    const compared = compareRuns('deterministic', measure, own, [{ how, trace: other }])
    expect(compared).toMatchObject({ passed: false, first: { prompt: 'long', step: 1 }, nearTies: [] })
    expect(compared.detail).toBe(
      `the engine gives something else ${how}: token 2 instead of 1 at generated token 1 of prompt 'long'`,
    )
  })

  it('is a near tie where they do not, and nothing behind it is compared', () => {
    const [other, own] = fork(0.001)
    const compared = compareRuns('deterministic', measure, own, [{ how, trace: other }])
    expect(compared.nearTies).toMatchObject([{ prompt: 'long', step: 1, expected: 1, actual: 2 }])
    expect(compared).toMatchObject({ passed: true, metrics: { bitEqual: 0 } })
  })
})

it('a trace that lacks something fails', () => {
  const { passed, detail, needed } = compare({ ...makeTrace(), tensor: () => undefined })
  expect([passed, needed]).toEqual([false, null])
  expect(detail).toContain(`${how}: logits of prompt 'one': the engine gave none`)
})

it('NaN fails', () => {
  expect(compare(makeTrace((logits) => (logits[3] = NaN))).passed).toBe(false)
})
