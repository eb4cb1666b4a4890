import { describe, expect, it } from 'vitest'
import type { Matrix, Spread, Trace } from '../types.js'
import { judge } from './judge.js'
import { defaultLimits } from './limits.js'
import { wholeLogits } from './row-form.js'
import { makeTrace, prompts } from './traces.fixture.js'

const spread: Spread = { dtype: 'float32', rms: 1e-5, max: 4e-5, origin: 'recorded' }
const judgeTraces = (reference: Trace, own: Trace, forced: Trace | null = null, uncached: Trace | null = null) =>
  judge(prompts, reference, { form: wholeLogits, own, forced, uncached }, defaultLimits, spread)

describe('judge', () => {
  it('passes the reference itself', () => {
    const trace = makeTrace()
    expect(judgeTraces(trace, trace, null, trace)).toMatchObject({
      outcome: 'pass',
      excess: 0,
      tokens: { equal: 6, nearTie: 0, diverged: 0, total: 6 },
      reason: 'logits within 0.0 × the spread, 6 of 6 generated tokens equal',
    })
  })

  it.each([
    { bitEqual: 1, max: 0, words: 'run again equal in every bit' },
    { bitEqual: 0, max: 2.6e-6, words: 'run again it differs by at most 0.0000026' },
  ])('says of an engine that was asked again: $words', ({ words, ...metrics }) => {
    const trace = makeTrace()
    const traces = { form: wholeLogits, own: trace, forced: null, uncached: trace }
    const repeats = { aspect: 'deterministic', passed: true, metrics, needed: null, nearTies: [] } as const
    expect(judge(prompts, trace, traces, defaultLimits, spread, [repeats]).reason).toBe(
      `logits within 0.0 × the spread, 6 of 6 generated tokens equal, ${words}`,
    )
  })

  it('says of a tie of the engine with itself that the engine cannot tell the two apart', () => {
    const trace = makeTrace()
    const traces = { form: wholeLogits, own: trace, forced: null, uncached: trace }
    const nearTies = [{ prompt: 'one', step: 1, expected: 5, actual: 4, gap: 1e-5 }]
    const chunks = { aspect: 'chunks', passed: true, metrics: {}, needed: null, nearTies } as const
    expect(judge(prompts, trace, traces, defaultLimits, spread, [chunks])).toMatchObject({
      outcome: 'near-tie',
      reason:
        'logits within 0.0 × the spread, 6 of 6 generated tokens equal; 1 near tie (tokens 5 and 4, 0.000010 apart), which the engine itself cannot tell apart',
    })
  })

  it('passes noise of the size of the spread', () => {
    let sign = 1
    const noisy = makeTrace((logits) => {
      logits.forEach((logit, i) => (logits[i] = logit + (sign = -sign) * spread.rms))
    })
    expect(judgeTraces(makeTrace(), noisy, null, noisy).outcome).toBe('pass')
  })

  it('fails an error at one position and names the first prompt position, whatever the decoding steps do', () => {
    const wrong = makeTrace((logits, { prompt, row, decode }) => {
      if (decode || (prompt === 1 && row >= 2)) logits[0] += 0.1
    })
    const { outcome, reason, comparisons } = judgeTraces(makeTrace(), wrong)
    expect(outcome).toBe('fail')
    expect(comparisons[0].first).toEqual({ prompt: 'long', position: 2 })
    expect(reason).toMatchInlineSnapshot(
      `"logits differ from the reference by 0.10 at position 2 of prompt 'long', and by 3333 × the spread over the case"`,
    )
  })

  it('says which limits would have passed', () => {
    const wrong = makeTrace((logits) => {
      logits[0] += 4e-4
    })
    const [logits] = judgeTraces(makeTrace(), wrong).comparisons
    expect(logits.passed).toBe(false)
    expect(logits.needed?.maxExcess).toBeCloseTo(10, 6)
  })

  it('fails two tokens in the wrong order though all logits are within limits of nothing else', () => {
    const wrong = makeTrace((logits, { prompt, row, decode }) => {
      if (prompt === 0 && row === 0 && !decode) [logits[0], logits[1]] = [logits[1], logits[0]]
    })
    const topK = judgeTraces(makeTrace(), wrong).comparisons.find(({ aspect }) => aspect === 'top-k')
    expect(topK).toMatchObject({ passed: false, first: { prompt: 'one', position: 0 }, metrics: { differing: 1 } })
  })

  it('calls a swap a near tie where the reference has the two tokens within the noise', () => {
    const tie = (lead: number) =>
      makeTrace((logits, { prompt, decode }) => {
        const top = logits.indexOf(Math.max(...logits))
        if (prompt === 0 && decode) logits[(top + 1) % 6] = logits[top] + lead
      })
    const [reference, engine] = [tie(-1e-5), tie(1e-5)]
    const forced: Trace = { ...engine, generated: [[], []] }
    const judgement = judgeTraces(reference, engine, forced)
    expect(judgement.outcome).toBe('near-tie')
    expect(judgement.tokens).toEqual({ equal: 4, nearTie: 2, diverged: 0, total: 6 })
    expect(judgement.reason).toContain('which the reference itself cannot tell apart')
  })

  it('fails a token that the reference ranks clearly lower, and counts the steps behind it', () => {
    const engine = makeTrace((logits, { prompt, row, decode }) => {
      if (prompt === 0 && row === 0 && decode) logits[logits.indexOf(Math.min(...logits))] = 9
    })
    const { outcome, tokens, comparisons } = judgeTraces(makeTrace(), engine, engine)
    expect(outcome).toBe('fail')
    expect(tokens).toEqual({ equal: 5, nearTie: 0, diverged: 1, total: 6 })
    expect(comparisons.find(({ aspect }) => aspect === 'tokens')).toMatchObject({
      first: { prompt: 'one', step: 1 },
      metrics: { compared: 6, withinLimits: 5 },
      detail:
        "generation diverges at generated token 1 of prompt 'one': token 4 (rank 6 in the reference) instead of 5, which leads by 5.00; 5 of 6 steps within limits",
    })
  })

  it('does not count as equal what an engine that cannot be given tokens left uncompared', () => {
    const engine = makeTrace((logits, { prompt, row, decode }) => {
      if (prompt === 0 && row === 0 && decode) logits[logits.indexOf(Math.min(...logits))] = 9
    })
    expect(judgeTraces(makeTrace(), engine).tokens).toEqual({ equal: 4, nearTie: 0, diverged: 1, total: 6 })
  })

  it('fails an engine whose cache computes something else than one uncached pass', () => {
    const trace = makeTrace()
    const uncached = makeTrace((logits, { prompt, row, decode }) => {
      if (prompt === 1 && row === 1 && decode) logits[3] -= 0.5
    })
    const { outcome, reason } = judgeTraces(trace, trace, null, uncached)
    expect(outcome).toBe('fail')
    expect(reason).toContain(
      "logits through the KV cache differ from those of one uncached pass by 0.50 at generated token 2 of prompt 'long'",
    )
  })

  it('fails what has no partner', () => {
    const trace = makeTrace()
    const half: Trace = { ...trace, tensor: (name) => (name === '1.decode.logits' ? undefined : trace.tensor(name)) }
    const judgement = judgeTraces(trace, half)
    expect(judgement.outcome).toBe('fail')
    expect(judgement.reason).toContain("decode.logits of prompt 'long': the engine gave none")
  })

  it('fails an engine that leaves out a row under the reference’s tokens, of which it compares nothing', () => {
    const engine = makeTrace((logits, { prompt, row, decode }) => {
      if (prompt === 0 && row === 0 && decode) logits[logits.indexOf(Math.min(...logits))] = 9
    })
    const forced: Trace = { ...engine, tensor: (name) => (name.includes('decode') ? undefined : engine.tensor(name)) }
    const { outcome, reason, tokens } = judgeTraces(makeTrace(), engine, forced)
    expect([outcome, tokens]).toEqual(['fail', { equal: 4, nearTie: 0, diverged: 1, total: 6 }])
    expect(reason).toContain("decode.logits of prompt 'one': the engine gave none")
  })

  it('says of a token outside the vocabulary that it is', () => {
    const trace = makeTrace()
    const [first, second] = trace.generated
    const { comparisons } = judgeTraces(trace, { ...trace, generated: [[99, ...first.slice(1)], second] }, trace)
    expect(comparisons.find(({ aspect }) => aspect === 'tokens')?.detail).toBe(
      "generation diverges at generated token 0 of prompt 'one': token 99, which is outside the vocabulary of 6, instead of 1; 6 of 6 steps within limits",
    )
  })

  describe('where one token is generated', () => {
    const decoding = (rows: Matrix | undefined): Trace => {
      const trace = makeTrace()
      const generated = trace.generated.map((tokens) => tokens.slice(0, 1))
      return { ...trace, generated, tensor: (name) => (name.includes('decode') ? rows : trace.tensor(name)) }
    }
    const table = (rows: number, columns: number) => ({ rows, columns, data: new Float64Array(rows * columns) })

    it.each([
      ['of no width', table(0, 0)],
      ['of the vocabulary', table(0, 6)],
      ['missing', undefined],
    ])('takes decoding steps that are none as they are given: %s', (_, rows) => {
      expect(judgeTraces(decoding(table(0, 6)), decoding(rows)).outcome).toBe('pass')
      expect(judgeTraces(decoding(rows), decoding(table(0, 6))).outcome).toBe('pass')
    })

    it('fails steps that one side alone has', () => {
      const [none, some] = [decoding(table(0, 6)), decoding(table(2, 6))]
      const [gone, extra] = [judgeTraces(some, none), judgeTraces(none, some)]
      expect([gone.outcome, extra.outcome]).toEqual(['fail', 'fail'])
      expect(gone.reason).toContain("decode.logits of prompt 'one': the engine gave none")
      expect(extra.reason).toContain("decode.logits of prompt 'one': the reference has none")
    })
  })

  it('fails a NaN, which no limit can let pass', () => {
    const broken = makeTrace((logits, { prompt, row }) => {
      if (prompt === 1 && row === 0) logits[4] = NaN
    })
    expect(judgeTraces(makeTrace(), broken).outcome).toBe('fail')
  })
})
