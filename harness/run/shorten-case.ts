import type { PreparedCase, Trace } from '../types.js'

/** A case, and the truth about it, with the first `generate` generated tokens only; as it is where that is null. */
export function shortenCase(
  item: PreparedCase,
  truth: Trace,
  generate: number | null,
): { readonly item: PreparedCase; readonly truth: Trace } {
  if (generate === null || generate >= item.generate) return { item, truth }
  return {
    item: { ...item, generate },
    truth: {
      ...truth,
      generated: truth.generated.map((tokens) => tokens.slice(0, generate)),
      tensor(name) {
        const matrix = truth.tensor(name)
        if (matrix === undefined || !name.includes('.decode.')) return matrix
        // The last token is chosen and not fed.
        const rows = generate - 1
        return { ...matrix, rows, data: matrix.data.subarray(0, rows * matrix.columns) }
      },
    },
  }
}
