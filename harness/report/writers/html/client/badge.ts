import type { IndexedVerdict } from '../page-data.js'
import { element } from './element.js'
import { icon, type Mark } from './icons.js'

/** An outcome or a change as symbol, word and colour. */
export const badge = (mark: Mark): HTMLElement => element('span', { class: `badge is-${mark}` }, icon(mark), mark)

/** All marks of a verdict, the outcome first; a change that says the same as the outcome is not said twice. */
export const marksOf = ({ outcome, change, fault }: Pick<IndexedVerdict, 'outcome' | 'change' | 'fault'>): Mark[] => [
  outcome,
  ...(change === undefined || change === outcome ? [] : [change]),
  ...(fault === 'infrastructure' ? [fault] : []),
]
