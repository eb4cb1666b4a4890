import type { PreparedCase, Trace } from '../types.js'

/** A case with one of its prompts only, which is prompt 0 of the truth given back with it. */
export function narrowCase(
  item: PreparedCase,
  truth: Trace,
  prompt: number,
): { readonly item: PreparedCase; readonly truth: Trace } {
  return {
    item: { ...item, prompts: [item.prompts[prompt]] },
    truth: {
      ...truth,
      generated: [truth.generated[prompt]],
      tensor: (name) => (name.startsWith('0.') ? truth.tensor(name.replace(/^0/, String(prompt))) : undefined),
    },
  }
}
