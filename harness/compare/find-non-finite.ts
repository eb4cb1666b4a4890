import { rowOf } from '../trace/matrix.js'
import { readRows, type TokenRow } from '../trace/token-rows.js'
import type { Place, Prompt, Trace } from '../types.js'
import { describeMalformed } from './describe-malformed.js'
import { comparePlaces, firstPlace, placeOf } from './rows.js'

/** The first place at which a trace holds a NaN or an infinity, whether it gives logits or log-probabilities. */
export const findNonFinite = (prompts: readonly Prompt[], trace: Trace): Place | undefined =>
  firstPlace(
    lookAtRows(prompts, trace, ({ values }) => (values.every(Number.isFinite) ? null : '')).map(({ place }) => place),
  )

/** The first place at which a row of log-probabilities is none, and a sentence why. */
export const findMalformed = (
  prompts: readonly Prompt[],
  trace: Trace,
  vocabulary: number,
): { readonly place: Place; readonly what: string } | undefined =>
  lookAtRows(prompts, trace, (row) => describeMalformed(row, vocabulary))
    .sort((a, b) => comparePlaces(a.place, b.place))
    .at(0)

/** The first layer whose hidden states of the prompt hold a NaN or an infinity. */
export function findNonFiniteLayer(trace: Trace, prompt: number): number | undefined {
  for (let layer = 0; ; layer++) {
    const matrix = trace.tensor(`${prompt}.layers.${layer}`)
    if (matrix === undefined) return undefined
    for (let row = 0; row < matrix.rows; row++) if (!rowOf(matrix, row).every(Number.isFinite)) return layer
  }
}

/** What there is to say of any row of a trace. */
function lookAtRows(
  prompts: readonly Prompt[],
  trace: Trace,
  describe: (row: TokenRow) => string | null,
): { place: Place; what: string }[] {
  const found: { place: Place; what: string }[] = []
  for (const [i, prompt] of prompts.entries()) {
    for (const part of ['logits', 'decode.logits'] as const) {
      const table = readRows(trace, i, part)
      if (table === undefined) continue
      for (let row = 0; row < table.rows; row++) {
        const what = describe(table.at(row))
        if (what !== null) found.push({ place: placeOf(prompt, part, row, table.rows), what })
      }
    }
  }
  return found
}
