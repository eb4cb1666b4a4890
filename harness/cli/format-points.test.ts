import { describe, expect, it } from 'vitest'
import type { PointError } from '../compare/find-first-jump.js'
import { listPoints } from '../points.js'
import type { Bisection } from '../run/bisect.js'
import { describeBisection, formatPoints } from './format-points.js'

const known = new Map(listPoints(4).map((point) => [point.name, point]))

function point(name: string, ratio: number, position: number | null = null): PointError {
  const found = known.get(name)
  if (found === undefined) throw new Error(`there is no point ${name}`)
  return { ...found, error: ratio * 1e-7, noise: 1e-7, ratio, position }
}

function bisection(curve: readonly PointError[], more: Partial<Bisection> = {}): Bisection {
  return {
    caseId: 'gemma4/e2b/pruned',
    engine: 'onnxruntime@1.30.0:cpu/float32',
    reference: 'oracle@1.0.0/float64',
    prompt: 'long',
    promptTokens: 21,
    found: curve.find(({ position }) => position !== null) ?? null,
    condition: 'always',
    chunk: null,
    donor: null,
    isHidden: false,
    curve,
    ...more,
  }
}

const calm = [point('embedding', 0.4), point('layers.0.attention', 1.1), point('layers.0', 1.24)]

describe('the sentence of a bisection', () => {
  it('names layer, part, size and position, and how calm it is before', () => {
    expect(describeBisection(bisection([...calm, point('layers.1.attention.q', 310.4, 8)]))).toBe(
      'layer 1, attention (queries, after norm and rotary embedding): error 310 × the noise from position 8 on; before it at most 1.2 ×',
    )
  })

  it('names the donor of shared keys and values', () => {
    const curve = [...calm, point('layers.3.attention.heads', 5000, 0)]
    expect(describeBisection(bisection(curve, { donor: 1 }))).toMatch(
      /^layer 3, attention .* at most 1\.2 ×; shares the K\/V of layer 1$/,
    )
  })

  it.each([
    [{ condition: 'cached' }, /from position 30 on, which is generated text; .*; only through the KV cache$/],
    [{ condition: 'after-another-prompt' }, /; only after another prompt$/],
    [{ condition: 'in-pieces', chunk: 3 }, /; only when the prompt is prefilled in pieces of 3$/],
    [{ condition: 'uncached' }, /; only in one pass without a KV cache$/],
  ] as const)('says when it shows: %o', (more, sentence) => {
    expect(describeBisection(bisection([...calm, point('layers.1.mlp.output', 99, 30)], more))).toMatch(sentence)
  })

  it('says how wide it is, where it is of another width', () => {
    const narrow = { ...point('layers.0', Infinity, 0), error: NaN, widths: { expected: 64, actual: 32 } }
    expect(describeBisection(bisection([narrow]))).toMatch(
      /: another width, 32 values instead of 64 from position 0 on$/,
    )
  })

  it('says that there is no number, where there is none', () => {
    const nan = { ...point('layers.2.experts.output', Infinity, 2), error: NaN }
    expect(describeBisection(bisection([...calm, nan]))).toMatch(
      /^layer 2, experts \(weighted sum of the experts\): no numbers from position 2 on; before it at most 1\.2 ×$/,
    )
  })

  it('names no part where the engine shows nothing inside of the layer', () => {
    expect(describeBisection(bisection([point('layers.0', 1), point('layers.1', 70, 0)]))).toBe(
      'layer 1 (its output): error 70 × the noise from position 0 on; before it at most 1.0 ×',
    )
  })

  it('names no layer where the engine shows hidden states of the prompt only', () => {
    const curve = [point('layers.0', 1), point('logits', 70, 25)]
    expect(describeBisection(bisection(curve, { isHidden: true }))).toBe(
      'head (logits): error 70 × the noise from position 25 on, which is generated text; the engine shows no hidden states there, so that the layer cannot be told',
    )
  })

  it('says by how much a clean engine errs', () => {
    expect(describeBisection(bisection(calm))).toBe(
      'nothing errs more than 1.2 × the noise; more than 12 × would be a jump',
    )
    expect(describeBisection(bisection([]))).toBe('the engine and the reference have no hidden states in common')
  })
})

it('draws the layers, and the point that was found', () => {
  expect(formatPoints(bisection([...calm, point('layers.1.mlp.output', 310, 8), point('layers.1', 92)])))
    .toMatchInlineSnapshot(`
    "gemma4/e2b/pruned on onnxruntime@1.30.0:cpu/float32 against oracle@1.0.0/float64, prompt 'long': error as a multiple of the noise, 5 points
      embedding              0.40 × ▇▇
      layers.0                1.2 × ▇▇▇▇
      layers.1.mlp.output     310 × ▇▇▇▇▇▇▇▇▇▇▇▇▇▇ ←
      layers.1                 92 × ▇▇▇▇▇▇▇▇▇▇▇▇
    layer 1, mlp (down projection of the MLP): error 310 × the noise from position 8 on; before it at most 1.2 ×
    "
  `)
})
