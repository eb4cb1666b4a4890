import { expect, it } from 'vitest'
import { compareSmoke } from './compare-smoke.js'
import { makeTrace, prompts } from './traces.fixture.js'

const truth = makeTrace((logits) => {
  const top = logits.indexOf(Math.max(...logits))
  logits[top] += 10
})
const saying = (choose: (best: number) => number) => ({
  ...truth,
  generated: truth.generated.map((tokens) => tokens.map(choose)),
})

it('the reference’s own text passes with share 1', () => {
  const { passed, metrics } = compareSmoke(prompts, truth, truth, truth)
  expect(passed).toBe(true)
  expect(metrics).toMatchObject({ share: 1, tokens: 6 })
  expect(metrics.mean).toBeGreaterThan(-0.01)
})

it('text of unlikely tokens fails, and says how unlikely', () => {
  const own = saying((best) => (best + 1) % 6)
  const { passed, metrics, first, detail } = compareSmoke(prompts, truth, own, truth)
  expect(passed).toBe(false)
  expect(metrics.share).toBeLessThan(0.2)
  expect(prompts.map(({ id }) => id)).toContain(first?.prompt)
  expect(detail).toMatch(
    /^the generated text is not what the model would write: its mean log-probability under the reference is -1\d\.\d/,
  )
})

it('NaN fails', () => {
  const nan = makeTrace((logits) => logits.fill(NaN))
  expect(compareSmoke(prompts, truth, saying(Number), nan).passed).toBe(false)
})
