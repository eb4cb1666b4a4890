import type { Case, TokenizerCase } from '../types.js'

/** Types a case for the editor; returns it as it is. */
export const defineCase = <T extends Case | TokenizerCase>(item: T): T => item
