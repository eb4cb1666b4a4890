import type { Case } from '../types.js'

/** Types a case for the editor; returns it as it is. */
export const defineCase = (item: Case): Case => item
