import { describe, expect, it } from 'vitest'
import type { Spread, Trace } from '../types.js'
import { collectEvidence } from './collect-evidence.js'
import { judge } from './judge.js'
import { wholeLogits } from './row-form.js'
import { defaultLimits } from './limits.js'
import { makeTrace, prompts } from './traces.fixture.js'

const spread: Spread = { dtype: 'float32', rms: 1e-5, max: 4e-5, origin: 'recorded' }
const measure = { prompts, limits: defaultLimits, spread }
const form = wholeLogits
const own = (trace: Trace) => ({ form, own: trace, forced: null, uncached: null })

/** The lowest logit of the row from which generated token 1 of prompt 'one' is chosen, lifted above all. */
const forked = makeTrace((logits, { prompt, row, decode }) => {
  if (prompt === 0 && row === 0 && decode) logits[logits.indexOf(Math.min(...logits))] = 9
})

describe('collectEvidence', () => {
  it('has both sides of every step', () => {
    const trace = makeTrace()
    const wrong = makeTrace((logits, { decode }) => {
      if (decode) logits[1] += 0.03
    })
    const { prompts: found } = collectEvidence(
      measure,
      trace,
      { form, own: trace, forced: null, uncached: wrong },
      null,
    )
    expect(found.map(({ prompt, tokens, steps }) => [prompt, tokens, steps.length])).toEqual([
      ['one', [2], 3],
      ['long', [2, 3, 4, 5], 3],
    ])
    expect(found[0].steps[1]).toEqual({
      expected: trace.generated[0][1],
      actual: trace.generated[0][1],
      gap: 1,
      topExpected: [
        [5, 2.5],
        [0, 1.5],
        [1, 0.5],
        [2, -0.5],
        [3, -1.5],
      ],
      topActual: [
        [5, 2.5],
        [0, 1.5],
        [1, 0.5],
        [2, -0.5],
        [3, -1.5],
      ],
      error: 0,
      uncachedError: 0.0122,
    })
  })

  it('takes the engine’s own token at a fork, and behind it what it makes of the reference’s tokens', () => {
    const truth = makeTrace()
    const later = makeTrace((logits, { prompt, row, decode }) => {
      if (prompt === 0 && row === 1 && decode) logits[logits.indexOf(Math.min(...logits))] = 7
    })
    const { prompts: found } = collectEvidence(
      measure,
      truth,
      { form, own: forked, forced: later, uncached: null },
      null,
    )
    const [, fork, behind] = found[0].steps
    expect(fork.expected).toBe(truth.generated[0][1])
    expect(fork.actual).toBe(forked.generated[0][1])
    expect(fork.topActual[0]).toEqual([forked.generated[0][1], 9])
    expect(behind.expected).toBe(truth.generated[0][2])
    expect(behind.actual).toBe(later.generated[0][2])
    expect(behind.topActual[0]).toEqual([later.generated[0][2], 7])
  })

  it('ends at the fork of an engine that cannot be given tokens', () => {
    const { prompts: found } = collectEvidence(measure, makeTrace(), own(forked), null)
    expect(found.map(({ steps }) => steps.length)).toEqual([2, 3])
  })

  it('shows how narrow a near tie is', () => {
    const tie = (lead: number) =>
      makeTrace((logits, { prompt, row, decode }) => {
        const top = logits.indexOf(Math.max(...logits))
        if (prompt === 0 && row === 1 && decode) logits[(top + 1) % 6] = logits[top] + lead
      })
    const [truth, engine] = [tie(-1e-5), tie(1e-5)]
    expect(judge(prompts, truth, own(engine), defaultLimits, spread).outcome).toBe('near-tie')
    const step = collectEvidence(measure, truth, own(engine), null).prompts[0].steps[2]
    expect(step.expected).toBe(truth.generated[0][2])
    expect(step.actual).toBe(engine.generated[0][2])
    expect(step.gap).toBe(1e-5)
  })

  it('says NaN, and shows no engine’s logits, where the engine gave none', () => {
    const trace = makeTrace()
    const half: Trace = { ...trace, tensor: (name) => (name === '1.decode.logits' ? undefined : trace.tensor(name)) }
    const [, step] = collectEvidence(measure, trace, own(half), null).prompts[1].steps
    expect([step.error, step.topActual]).toEqual([NaN, []])
  })
})
