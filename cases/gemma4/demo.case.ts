/** The smallest E2B, weights random (recipe: cases/recipes/tiny.py): the one case whose checkpoint the package carries. */
import { declareRefusals } from './declare-refusals.js'
import { tinyCase } from './tiny-case.js'

export default declareRefusals(tinyCase('e2b/pruned', 'gemma-4-e2b-tiny', 8, ['e2b', 'pruned']))
