/** So many token ids from all over a vocabulary, the same at every run; the first is Gemma's beginning of a sequence. */
export const mixedTokens = (length: number, vocabulary: number): number[] =>
  Array.from({ length }, (_, i) => (2 + i * 2_654_435_761) % vocabulary)
