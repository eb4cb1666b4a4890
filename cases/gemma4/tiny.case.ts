/**
 * One small checkpoint for each geometry of Gemma 4, weights random (recipe: cases/recipes/tiny.py), and E2B and E4B
 * also in the layout of Google's originals, which carry unused K/V tensors for the layers that share them. E2B as it is
 * stored today stands in demo.case.ts.
 */
import { declareRefusals } from './declare-refusals.js'
import { tinyCase } from './tiny-case.js'

const cases = [
  tinyCase('e2b/redundant', 'gemma-4-e2b-tiny-redundant', 8, ['e2b', 'redundant']),
  tinyCase('e4b/pruned', 'gemma-4-e4b-tiny', 9, ['e4b', 'pruned']),
  tinyCase('e4b/redundant', 'gemma-4-e4b-tiny-redundant', 9, ['e4b', 'redundant']),
  tinyCase('31b', 'gemma-4-31b-tiny', 12, ['31b']),
  tinyCase('26b-a4b', 'gemma-4-26b-a4b-tiny', 10, ['26b-a4b', 'moe']),
]

export default cases.map((item) => declareRefusals(item))
