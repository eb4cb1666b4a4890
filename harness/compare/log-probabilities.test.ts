/** Engines that give log-probabilities of their most likely tokens, and engines that cannot be given tokens. */
import { describe, expect, it } from 'vitest'
import type { Matrix, Spread, Trace } from '../types.js'
import { alignTraces } from './align-traces.js'
import { collectEvidence } from './collect-evidence.js'
import { findMalformed, findNonFinite } from './find-non-finite.js'
import { judge } from './judge.js'
import { defaultLimits, logProbabilityFactor } from './limits.js'
import { describeUncompared, formOf, wholeLogits, type RowForm } from './row-form.js'
import { spreadIn } from './spread.js'
import { makeTrace, prompts } from './traces.fixture.js'
import { viewTruth } from './view-truth.js'

const spread: Spread = { dtype: 'float32', rms: 1e-5, max: 4e-5, origin: 'recorded' }
const last: RowForm = formOf(['logprobs'])
const everywhere: RowForm = formOf(['logprobs', 'prompt-logprobs'])

type Entry = [token: number, value: number]
type Change = (entries: Entry[], place: { prompt: number; part: string; row: number }) => Entry[] | undefined

/** What a source would give of a trace's logits: the `width` most likely tokens of each row, with their log-probabilities. */
function toTop(trace: Trace, form: RowForm, change: Change = () => undefined, width = 6): Trace {
  const tensors = new Map<string, Matrix>()
  prompts.forEach((_, prompt) => {
    for (const part of ['logits', 'decode.logits']) {
      const whole = viewTruth(trace, form).tensor(`${prompt}.${part}`)
      if (whole === undefined) throw new Error('the trace has no rows')
      const rows = Array.from({ length: whole.rows }, (_, row) => {
        const values = [...whole.data.subarray(row * whole.columns, (row + 1) * whole.columns)]
        const entries = values.map((value, token): Entry => [token, value]).sort((a, b) => b[1] - a[1])
        const kept = entries.slice(0, width)
        const changed = change(kept, { prompt, part, row }) ?? kept
        return [...changed, ...Array.from({ length: width - changed.length }, (): Entry => [-1, NaN])]
      })
      const matrix = (column: 0 | 1): Matrix => ({
        rows: rows.length,
        columns: width,
        data: Float64Array.from(rows.flat().map((entry) => entry[column])),
      })
      const prefix = part === 'logits' ? `${prompt}.top-k` : `${prompt}.decode.top-k`
      tensors.set(`${prefix}.ids`, matrix(0)).set(`${prefix}.values`, matrix(1))
    }
  })
  return { ...trace, tensor: (name) => tensors.get(name) }
}

const judgeTop = (form: RowForm, own: Trace, truth = makeTrace()) =>
  judge(prompts, truth, { form, own, forced: null, uncached: null }, defaultLimits, spread)

/** A change of the one row behind prompt 'long'. */
const behindLong =
  (change: (entries: Entry[]) => Entry[]): Change =>
  (entries, { prompt, part }) =>
    prompt === 1 && part === 'logits' ? change(entries) : undefined

describe('log-probabilities', () => {
  it.each([
    ['the last position alone', last, 6],
    ['every position', everywhere, 9],
  ])('of the reference itself pass, of %s', (_, form, rows) => {
    const judged = judgeTop(form, toTop(makeTrace(), form, undefined, 5))
    expect(judged).toMatchObject({
      outcome: 'pass',
      excess: 0,
      tokens: { equal: 6, nearTie: 0, diverged: 0, total: 6 },
      reason: 'log-probabilities within 0.0 × the spread, 6 of 6 generated tokens equal',
    })
    expect(judged.comparisons[0].metrics).toEqual({
      ...{ rms: 0, max: 0, rows, values: 5 * rows },
      ...{ rmsExcess: 0, maxExcess: 0 },
    })
  })

  it('are those of logits, whatever is added to a row of them', () => {
    const shifted = makeTrace((logits, { row }) => {
      logits.forEach((logit, token) => (logits[token] = logit + row + 7))
    })
    const { excess } = judgeTop(last, toTop(shifted, last))
    expect(excess).toBeLessThan(1e-9)
  })

  it('fail by the spread of log-probabilities', () => {
    const wrong = toTop(makeTrace(), last, (entries) => entries.map(([token, value]) => [token, value - 1e-4]))
    const judged = judgeTop(last, wrong)
    expect(judged.outcome).toBe('fail')
    expect(judged.excess).toBeCloseTo(10, 4)
    expect(judged.reason).toBe(
      "log-probabilities differ from the reference by 0.00010 at position 0 of prompt 'one', and by 10 × the spread over the case",
    )
    expect(spreadIn(last, spread)).toEqual({ ...spread, rms: logProbabilityFactor * spread.rms })
    expect(spreadIn(wholeLogits, spread)).toBe(spread)
  })

  it('in another order fail the top 5, where the position is named', () => {
    const swapped = toTop(
      makeTrace(),
      last,
      behindLong(([a, b, ...rest]) => [[b[0], a[1]], [a[0], b[1]], ...rest]),
    )
    const topK = judgeTop(last, swapped).comparisons[1]
    expect(topK).toMatchObject({ passed: false, metrics: { positions: 6, differing: 1 } })
    expect(topK.first).toMatchObject({ prompt: 'long', position: 3, gap: 1 })
  })

  it('that the reference cannot order are a near tie', () => {
    const tie = (lead: number) =>
      makeTrace((logits, { prompt, row, decode }) => {
        const top = logits.indexOf(Math.max(...logits))
        if (prompt === 0 && row === 1 && decode) logits[(top + 1) % 6] = logits[top] + lead
      })
    expect(judgeTop(last, toTop(tie(1e-5), last), tie(-1e-5)).outcome).toBe('near-tie')
  })

  const first = (change: (entry: Entry) => Entry): Change => behindLong(([a, ...rest]) => [change(a), ...rest])
  it.each<[string, Change, string]>([
    ['outside the vocabulary', first(([, v]) => [600, v]), 'names token 600, which is outside the vocabulary of 6'],
    ['below 0', first(([, v]) => [-2, v]), 'names token -2, which is outside the vocabulary of 6'],
    ['twice', behindLong(([a, [, v], ...rest]) => [a, [a[0], v], ...rest]), 'names token 5 twice'],
    ['of more than certainty', first(([t]) => [t, 0.5]), 'gives token 5 the log-probability 0.5, which is none'],
    ['of NaN', first(([t]) => [t, NaN]), 'gives token 5 the log-probability NaN, which is none'],
    ['of −∞', first(([t]) => [t, -Infinity]), 'gives token 5 the log-probability -Infinity, which is none'],
    ['too few', behindLong((entries) => entries.slice(0, 4)), 'gives 4 candidates, where the top 5 are compared'],
  ])('%s fail, and are found before anything is compared', (_, change, sentence) => {
    const broken = toTop(makeTrace(), last, change)
    const { outcome, comparisons } = judgeTop(last, broken)
    expect([outcome, comparisons[0].needed, comparisons[1].passed]).toEqual(['fail', null, false])
    expect(comparisons[0].detail).toBe(`the engine ${sentence}, at position 3 of prompt 'long'`)
    expect(findMalformed(prompts, broken, 6)).toEqual({
      place: { prompt: 'long', position: 3 },
      what: `the engine ${sentence}`,
    })
  })

  it('are NaN at a place, which padding is not', () => {
    const short = toTop(makeTrace(), last, (entries) => entries.slice(0, 5))
    expect([findNonFinite(prompts, short), judgeTop(last, short).outcome]).toEqual([undefined, 'pass'])
    const broken = toTop(
      makeTrace(),
      last,
      first(([token]) => [token, NaN]),
    )
    expect(findNonFinite(prompts, broken)).toEqual({ prompt: 'long', position: 3 })
  })

  it('of fewer rows than were promised, or in another form, fail', () => {
    expect(judgeTop(everywhere, toTop(makeTrace(), last)).comparisons[0].detail).toBe(
      "logits of prompt 'long': the reference has 4 rows, the engine 1 row",
    )
    for (const [form, trace] of [
      [last, makeTrace()],
      [wholeLogits, toTop(makeTrace(), last)],
    ] as const)
      expect(judgeTop(form, trace).comparisons[0].detail).toContain("logits of prompt 'one': the engine gave none")
  })

  it('are compared with an uncached pass over the tokens that both name', () => {
    const [cached, truth] = [toTop(makeTrace(), last, undefined, 5), makeTrace()]
    const judgeCache = (uncached: Trace) =>
      judge(prompts, truth, { form: last, own: cached, forced: null, uncached }, defaultLimits, spread).comparisons[3]
    expect(judgeCache(toTop(makeTrace(), last))).toMatchObject({
      aspect: 'cache',
      passed: true,
      metrics: { values: 30 },
    })
    const reset = toTop(makeTrace(), last, (entries, { part, row }) =>
      part === 'logits' || row === 0 ? entries : entries.map(([token, value]) => [token, value - 0.5]),
    )
    expect(judgeCache(reset).detail).toContain('log-probabilities through the KV cache differ from those of one')
  })

  it('leave uncompared what is said', () => {
    expect([wholeLogits, everywhere, last].map((form) => describeUncompared(form))).toEqual([
      [],
      ['logits: the engine gives log-probabilities, of its 20 most likely tokens'],
      [
        'logits: the engine gives log-probabilities, of its 20 most likely tokens',
        'positions inside the prompts: the engine gives log-probabilities only behind the last token',
      ],
    ])
  })

  it('are the evidence, by name', () => {
    const truth = makeTrace()
    const engine = { form: last, own: toTop(truth, last, undefined, 5), forced: null, uncached: null }
    const found = collectEvidence({ prompts, limits: defaultLimits, spread }, truth, engine, null)
    expect([found.unit, found.scatter.length]).toEqual(['log-probabilities', 30])
    expect(found.scatter.every(([expected, actual]) => expected === actual && expected < 0)).toBe(true)
    const step = found.prompts[1].steps[1]
    expect([step.gap, step.error, step.topActual]).toEqual([1, 0, step.topExpected])
    expect(step.topActual[0][1]).toBeCloseTo(-0.456, 3)
  })
})

describe('an engine that cannot be given tokens', () => {
  /** Takes another token at step 1 of prompt 'one', and computes something else behind it. */
  const forked = makeTrace((logits, { prompt, row, decode }) => {
    if (prompt !== 0 || !decode) return
    if (row === 0) logits[logits.indexOf(Math.min(...logits))] = 2.50001
    else logits.reverse()
  })

  it.each([
    ['logits', wholeLogits, forked],
    ['log-probabilities', last, toTop(forked, last)],
  ])('is not held to the reference behind a fork, in %s', (_, form, own) => {
    const truth = makeTrace()
    const engine = { form, own, forced: null, uncached: null }
    const aligned = alignTraces(truth, engine)
    const rows = (trace: Trace) =>
      [0, 1].map(
        (prompt) => (trace.tensor(`${prompt}.decode.logits`) ?? trace.tensor(`${prompt}.decode.top-k.ids`))?.rows,
      )
    expect([rows(aligned.truth), rows(aligned.actual)]).toEqual([
      [1, 2],
      [1, 2],
    ])
    const judged = judge(prompts, truth, engine, defaultLimits, spread)
    expect(judged.comparisons[1].metrics.differing).toBe(1)
    expect(judged.comparisons[1].first).toMatchObject({ prompt: 'one', step: 1 })
    const evidence = collectEvidence({ prompts, limits: defaultLimits, spread }, truth, engine, null)
    expect(evidence.prompts.map(({ steps }) => steps.length)).toEqual([2, 3])
  })
})
