import { describe, expect, it } from 'vitest'
import type { KnownDivergence } from '../types.js'
import { applyKnown, type Found } from './apply-known.js'

const link = 'https://example.org/1'
const refusal: KnownDivergence = {
  engine: 'mlx-lm',
  because: 'it reads the old config',
  link,
  says: 'per_layer_config',
}
const engine = { name: 'mlx-lm', version: '0.32.2', device: 'cpu', dtype: 'float32' }
const refused: Found = {
  outcome: 'error',
  fault: 'engine',
  reason: 'Expected shape (2048, 96)',
  hint: 'sizes stand in per_layer_config',
}

describe('a divergence', () => {
  it('that the case declares is known, and nobody’s fault', () => {
    expect(applyKnown(refused, [refusal], engine)).toEqual({
      outcome: 'known',
      reason: `Expected shape (2048, 96) (known: it reads the old config, ${link})`,
      hint: 'sizes stand in per_layer_config',
    })
  })

  it('that says something else is not the declared one', () => {
    const wrong: Found = { outcome: 'fail', reason: 'logits differ' }
    expect(applyKnown(wrong, [refusal], engine)).toEqual({
      outcome: 'fail',
      reason: `logits differ (not what the case declares: it reads the old config, ${link})`,
    })
    const { says, ...whatever } = refusal
    expect(says).toBeDefined()
    expect(applyKnown(wrong, [whatever], engine).outcome).toBe('known')
  })

  it('is looked up among all that are declared of its engine', () => {
    const tokens: KnownDivergence = { engine: 'mlx-lm@0.32.2', because: 'a token', link, says: 'logits differ' }
    const wrong: Found = { outcome: 'fail', reason: 'logits differ' }
    expect(applyKnown(wrong, [refusal, tokens], engine).reason).toContain('known: a token')
    expect(applyKnown(wrong, [tokens], { ...engine, version: '0.31.3' })).toBe(wrong)
  })
})

it('fails as fixed where the declared divergence is gone', () => {
  const { outcome, reason, hint } = applyKnown({ outcome: 'pass', reason: 'equal' }, [refusal], engine)
  expect([outcome, reason]).toEqual([
    'fixed',
    `equal, but the case declares a divergence: it reads the old config (${link})`,
  ])
  expect(hint).toContain('Remove the declaration')
})

it.each<Found>([
  { outcome: 'skipped', reason: 'not installed', hint: 'per_layer_config' },
  { outcome: 'error', fault: 'infrastructure', reason: 'no memory for per_layer_config' },
])('says nothing where nothing was found out: $outcome', (found) => {
  expect(applyKnown(found, [refusal], engine)).toBe(found)
})

it('leaves other engines alone', () => {
  expect(applyKnown(refused, [refusal], { ...engine, name: 'vllm' })).toBe(refused)
})
