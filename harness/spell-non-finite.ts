/** For `JSON.stringify`: JSON has no NaN and no infinity, so they become strings. */
export const spellNonFinite = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
