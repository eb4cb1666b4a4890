/** Regressions that shipped and answered, bisected: by layers, or by logits alone, where the catalogue must hold what they were. */
import { expect, it } from 'vitest'
import { parity, parityJson } from '../cli/parity.fixture.js'

interface Found {
  readonly failure: {
    readonly byHypothesis: {
      readonly hypotheses: readonly { readonly id: string; readonly leaves: number; readonly explains: boolean }[]
    }
  }
}

async function search(exhibit: string, engine: string) {
  expect((await parity(['doctor', '--install', engine])).exitCode).toBe(0)
  const args = ['bisect', '--case', `museum/${exhibit}`, '--engine', engine, '--by', 'hypothesis']
  const { document, exitCode } = await parityJson<Found>(args)
  expect(exitCode).toBe(1)
  return document.failure.byHypothesis.hypotheses
}

it.each([
  ['0.4.3', '0.4.3-rotary', 'rotary-within-the-fraction'],
  ['0.4.4', '0.4.4-shared-positions', 'shared-queries-ahead'],
])('explains mlx-vlm %s, and nothing else of the catalogue does', async (version, exhibit, defect) => {
  const [first, second] = await search(`mlx-vlm/${exhibit}`, `mlx-vlm@${version}`)
  expect(first).toMatchObject({ id: defect, explains: true })
  expect(first.leaves).toBeLessThan(1e-4)
  expect(second.explains).toBe(false)
})

it('names the layer, the part and the condition of transformers 5.5.0', async () => {
  const engine = 'transformers@5.5.0'
  expect((await parity(['doctor', '--install', engine])).exitCode).toBe(0)
  const args = ['bisect', '--case', 'museum/transformers/5.5.0-use-cache', '--engine', engine]
  const { document, exitCode } = await parityJson(args)
  expect(exitCode).toBe(1)
  expect(document).toMatchObject({
    found: { name: 'layers.4.attention.heads', layer: 4, part: 'attention', position: 0 },
    condition: 'uncached',
    donor: 2,
  })
})
