import type { Evidence, StepEvidence, TokenLogit } from '../../../evidence.js'
import type { Change, Outcome, Verdict } from '../../../types.js'
import { makeVerdict } from '../../report.fixture.js'

/**
 * So many verdicts in a grid of case × engine, with all the evidence that a verdict can have and numbers that hardly
 * compress: the same seed gives the same. Every tenth is not a pass.
 */
export function manyVerdicts(count: number, seed = 1): Verdict[] {
  const random = randomOf(seed)
  return Array.from({ length: count }, (_, i) => {
    const [outcome, change] = i % 10 === 0 ? others[(i / 10) % others.length] : (['pass', undefined] as const)
    return makeVerdict({
      caseId: `many/case-${String(Math.floor(i / 10)).padStart(3, '0')}`,
      engine: `engine-${i % 10}:gpu/float32`,
      outcome,
      ...(change === undefined ? {} : { change }),
      excess: digits(0.5 + random(), 4),
      checkpoint: { config: hash(random), weights: { 'model.safetensors': hash(random) } },
      evidence: makeEvidence(random),
    })
  })
}

const others: readonly (readonly [Outcome, Change?])[] = [
  ['fail'],
  ['pass', 'drifted'],
  ['known'],
  ['near-tie'],
  ['fail', 'regressed'],
  ['skipped'],
]

type Random = () => number

/** Three prompts of 32 steps with five logits on both sides, 200 points, 12 layers, and a text for each token. */
function makeEvidence(random: Random): Evidence {
  const texts: Record<string, string> = {}
  const token = () => {
    const id = Math.floor(random() * 262_144)
    texts[id] ??= word(random)
    return id
  }
  const top = (): TokenLogit[] => Array.from({ length: 5 }, (_, rank) => [token(), digits(20 - rank - random(), 6)])
  const step = (): StepEvidence => {
    const topExpected = top()
    const topActual = topExpected.map(([id, logit]): TokenLogit => [id, digits(logit + random() / 1000, 6)])
    const [[expected]] = topExpected
    return {
      expected,
      actual: random() < 0.05 ? topExpected[1][0] : expected,
      gap: digits(random(), 6),
      topExpected,
      topActual,
      error: digits(random() / 1000, 3),
      uncachedError: digits(random() / 1000, 3),
    }
  }
  const twelve = (size: number) => Array.from({ length: 12 }, () => digits(size * (1 + random()), 3))
  return {
    unit: 'logits',
    prompts: ['count', 'story', 'code'].map((prompt) => ({
      prompt,
      tokens: Array.from({ length: 16 }, token),
      steps: Array.from({ length: 32 }, step),
    })),
    layers: { prompt: 'count', error: twelve(2e-5), noise: twelve(1e-5), firstBeyond: null },
    scatter: Array.from({ length: 200 }, () => {
      const expected = random() * 40 - 20
      return [digits(expected, 6), digits(expected + random() / 1000, 6)] as const
    }),
    texts,
  }
}

const digits = (value: number, count: number): number => Number(value.toPrecision(count))

const word = (random: Random): string =>
  Array.from({ length: 2 + Math.floor(random() * 6) }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(
    '',
  )

const hash = (random: Random): string =>
  Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('')

/** Mulberry32, by Tommy Ettinger: 32 bits of state, numbers from 0 up to 1. */
function randomOf(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
