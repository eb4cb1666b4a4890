/** What the built-in engine's verdicts are drawn from, clean and with planted defects. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filterCases } from '../cases/filter-cases.js'
import { loadCases } from '../cases/load-cases.js'
import { findDefect } from '../cases/load-defects.js'
import { defaultLimits } from '../compare/limits.js'
import { packageRoot } from '../package-root.js'
import { verdictSchema } from '../report/schema.js'
import { run } from '../run.js'
import { parseSourceId } from '../source-id.js'
import { makeSources } from '../sources/index.js'
import type { Evidence } from '../evidence.js'
import type { Verdict } from '../types.js'

async function judgeCase(caseId: string, defect: string | null = null, reference = 'recorded') {
  const verdicts: Verdict[] = []
  const plan = {
    sources: makeSources(),
    cases: filterCases(await loadCases(join(packageRoot, 'cases')), { case: [caseId] }),
    engines: [parseSourceId('onnxruntime:cpu')],
    reference: parseSourceId(reference),
    recordings: join(packageRoot, 'references/recorded'),
    limits: defaultLimits,
    budget: { jobs: 1, memory: 2 ** 33 },
    isNightly: true,
    threads: 1,
    timeouts: { startMs: 60_000, openMs: 300_000, observeMs: 300_000 },
    options: defect === null ? {} : { defect: (await findDefect(defect)).plant },
    reproduce: () => '',
  }
  for await (const event of run(plan, new AbortController().signal))
    if (event.type === 'verdict') verdicts.push(event.verdict)
  const [verdict] = verdicts
  verdictSchema.parse(verdict)
  const { evidence } = verdict
  if (evidence === null) throw new Error(`${caseId} has no evidence: ${verdict.reason}`)
  return { ...verdict, evidence }
}

const stepsOf = ({ prompts }: Evidence) => prompts.flatMap(({ steps }) => steps)

describe('gemma4/e2b/pruned', () => {
  it('has every step, errors of the size of the spread, and no layer beyond the noise', async () => {
    const { outcome, evidence, spread } = await judgeCase('gemma4/e2b/pruned')
    expect(outcome).toBe('pass')
    expect(evidence.prompts.map(({ prompt, tokens, steps }) => [prompt, tokens.length, steps.length])).toEqual([
      ['one', 1, 32],
      ['short', 6, 32],
      ['long', 21, 32],
    ])
    for (const { expected, actual, gap, topExpected, error, uncachedError } of stepsOf(evidence)) {
      expect(actual).toBe(expected)
      expect(topExpected[0][0]).toBe(expected)
      expect(gap).toBeGreaterThan(0)
      expect(error).toBeGreaterThan(0)
      expect(error).toBeLessThan(4 * (spread?.rms ?? 0))
      expect(uncachedError).toBeGreaterThan(0)
      expect(uncachedError).toBeLessThan(4 * (spread?.rms ?? 0))
    }
    expect(evidence.layers?.prompt).toBe('long')
    expect(evidence.layers?.error.length).toBe(8)
    expect(evidence.layers?.noise.length).toBe(8)
    expect(evidence.layers?.firstBeyond).toBe(null)
    expect(evidence.scatter.length).toBe(120)
    expect(evidence.texts).toEqual({})
    expect(JSON.stringify(evidence).length).toBeLessThan(32 * 1024)
  })

  it.each([
    ['window-plus-one', 0],
    ['rotary-base', 0],
    // The first layer that reads the keys and values of another, which is what the defect changes.
    ['donor-swapped', 4],
    // It sits behind the last layer.
    ['softcap-dropped', null],
  ])('with %s has its first layer beyond the noise at %s', async (defect, layer) => {
    const { outcome, evidence, spread } = await judgeCase('gemma4/e2b/pruned', defect)
    expect(outcome).toBe('fail')
    expect(evidence.layers?.firstBeyond).toBe(layer)
    expect(Math.max(...stepsOf(evidence).map(({ error }) => error))).toBeGreaterThan(4 * (spread?.rms ?? Infinity))
    expect(Math.max(...evidence.scatter.map(([expected, actual]) => Math.abs(actual - expected)))).toBeGreaterThan(
      8 * (spread?.max ?? Infinity),
    )
    expect(JSON.stringify(evidence).length).toBeLessThan(32 * 1024)
  })
})

describe('gemma4/e4b-fine-tuned/pruned', () => {
  it('says what its tokens decode to, each by itself', async () => {
    const { evidence } = await judgeCase('gemma4/e4b-fine-tuned/pruned')
    const tokens = evidence.prompts.flatMap((prompt) => [
      ...prompt.tokens,
      ...prompt.steps.flatMap(({ expected, actual, topExpected, topActual }) => [
        expected,
        actual,
        ...[...topExpected, ...topActual].map(([token]) => token),
      ]),
    ])
    expect(Object.keys(evidence.texts)).toEqual([...new Set(tokens)].sort((a, b) => a - b).map(String))
    expect(evidence.texts[2]).toBe('<bos>')
    for (const { topExpected, topActual } of stepsOf(evidence))
      expect([topExpected.length, topActual.length]).toEqual([5, 5])
  })

  it('has no layers where the reference is not recorded', async () => {
    const { outcome, evidence } = await judgeCase('gemma4/e4b-fine-tuned/pruned', null, 'oracle')
    expect(outcome).toBe('pass')
    expect(evidence.layers).toBe(null)
    expect(stepsOf(evidence).length).toBe(36)
  })
})
