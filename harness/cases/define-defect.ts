import type { Defect } from '../defect.js'

/** Types a planted defect for the editor; returns it as it is. */
export const defineDefect = (defect: Defect): Defect => defect
