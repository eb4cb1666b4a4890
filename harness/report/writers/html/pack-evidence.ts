/**
 * Evidence in columns, and token ids as places in one list: numbers of one kind stand together, so that deflate halves
 * what the same evidence takes as it is.
 */
import type { Evidence, PromptEvidence, StepEvidence, TokenLogit } from '../../../evidence.js'

export interface PackedEvidence {
  readonly unit: Evidence['unit']
  /** Each token id that occurs, ascending, as the difference from the one before. */
  readonly ids: readonly number[]
  /** What the ids decode to, where it is known. */
  readonly texts: readonly (string | null)[]
  readonly prompts: readonly PackedPrompt[]
  readonly layers: Evidence['layers']
  readonly scatterExpected: readonly number[]
  readonly scatterActual: readonly number[]
}

interface PackedPrompt {
  readonly prompt: string
  readonly tokens: readonly number[]
  readonly expected: readonly number[]
  readonly actual: readonly number[]
  readonly gap: readonly number[]
  readonly error: readonly number[]
  readonly uncachedError: readonly (number | null)[]
  readonly topExpected: PackedTop
  readonly topActual: PackedTop
}

interface PackedTop {
  readonly tokens: readonly (readonly number[])[]
  readonly logits: readonly (readonly number[])[]
}

export function packEvidence({ unit, prompts, layers, scatter, texts }: Evidence): PackedEvidence {
  const ids = [...new Set(prompts.flatMap(tokensOf))].sort((a, b) => a - b)
  const placeOf = new Map(ids.map((id, place) => [id, place]))
  const place = (id: number) => placeOf.get(id) ?? 0
  const packTop = (tops: readonly (readonly TokenLogit[])[]): PackedTop => ({
    tokens: tops.map((top) => top.map(([id]) => place(id))),
    logits: tops.map((top) => top.map(([, logit]) => logit)),
  })
  return {
    unit,
    ids: ids.map((id, at) => (at === 0 ? id : id - ids[at - 1])),
    texts: ids.map((id) => texts[id] ?? null),
    prompts: prompts.map(({ prompt, tokens, steps }) => ({
      prompt,
      tokens: tokens.map(place),
      expected: steps.map(({ expected }) => place(expected)),
      actual: steps.map(({ actual }) => place(actual)),
      gap: steps.map(({ gap }) => gap),
      error: steps.map(({ error }) => error),
      uncachedError: steps.map(({ uncachedError }) => uncachedError),
      topExpected: packTop(steps.map(({ topExpected }) => topExpected)),
      topActual: packTop(steps.map(({ topActual }) => topActual)),
    })),
    layers,
    scatterExpected: scatter.map(([expected]) => expected),
    scatterActual: scatter.map(([, actual]) => actual),
  }
}

export function unpackEvidence(packed: PackedEvidence): Evidence {
  let id = 0
  const ids = packed.ids.map((step) => (id += step))
  const unpackTop = ({ tokens, logits }: PackedTop, step: number): TokenLogit[] =>
    tokens[step].map((place, rank) => [ids[place], logits[step][rank]])
  return {
    unit: packed.unit,
    prompts: packed.prompts.map((columns) => ({
      prompt: columns.prompt,
      tokens: columns.tokens.map((place) => ids[place]),
      steps: columns.expected.map((expected, step): StepEvidence => ({
        expected: ids[expected],
        actual: ids[columns.actual[step]],
        gap: columns.gap[step],
        topExpected: unpackTop(columns.topExpected, step),
        topActual: unpackTop(columns.topActual, step),
        error: columns.error[step],
        uncachedError: columns.uncachedError[step],
      })),
    })),
    layers: packed.layers,
    scatter: packed.scatterExpected.map((expected, i) => [expected, packed.scatterActual[i]]),
    texts: Object.fromEntries(
      ids.flatMap((token, place) => {
        const text = packed.texts[place]
        return text === null ? [] : [[token, text] as const]
      }),
    ),
  }
}

const tokensOf = ({ tokens, steps }: PromptEvidence): number[] => [
  ...tokens,
  ...steps.flatMap(({ expected, actual, topExpected, topActual }) => [
    expected,
    actual,
    ...topExpected.map(([id]) => id),
    ...topActual.map(([id]) => id),
  ]),
]
