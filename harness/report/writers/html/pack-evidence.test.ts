import { expect, it } from 'vitest'
import { everyOutcome } from '../../every-outcome.fixture.js'
import { manyVerdicts } from './many-verdicts.fixture.js'
import { packEvidence, unpackEvidence } from './pack-evidence.js'
import { readJson, writeJson } from './page-json.js'

const all = [...everyOutcome().verdicts, ...manyVerdicts(2)].flatMap(({ evidence }) => evidence ?? [])

it('gives back what was packed, through JSON', () => {
  expect(all.length).toBeGreaterThan(3)
  for (const evidence of all) {
    const packed = readJson(writeJson(packEvidence(evidence))) as ReturnType<typeof packEvidence>
    expect(unpackEvidence(packed)).toEqual({ ...evidence, texts: textsInUse(evidence) })
  }
})

/** Texts of tokens that occur nowhere are left out. */
function textsInUse({ prompts, texts }: (typeof all)[number]): Record<string, string> {
  const used = new Set(
    prompts.flatMap(({ tokens, steps }) => [
      ...tokens,
      ...steps.flatMap(({ expected, actual }) => [expected, actual]),
      ...steps.flatMap(({ topExpected, topActual }) => [...topExpected, ...topActual].map(([token]) => token)),
    ]),
  )
  return Object.fromEntries(Object.entries(texts).filter(([token]) => used.has(Number(token))))
}

it('keeps NaN and infinities, and a token that is called NaN', () => {
  const step = { topExpected: [], topActual: [], error: NaN, uncachedError: null }
  const evidence = {
    unit: 'log-probabilities' as const,
    prompts: [
      { prompt: 'odd', tokens: [], steps: [{ ...step, expected: 7, actual: 7, gap: -Infinity }] },
      { prompt: 'empty', tokens: [], steps: [] },
    ],
    layers: { prompt: 'odd', error: [NaN], noise: [0], firstBeyond: 0 },
    scatter: [[1, Infinity]] as const,
    texts: { 7: 'NaN' },
  }
  expect(unpackEvidence(readJson(writeJson(packEvidence(evidence))) as ReturnType<typeof packEvidence>)).toEqual(
    evidence,
  )
})
