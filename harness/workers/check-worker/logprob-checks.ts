/** Checks of a worker that gives log-probabilities of its most likely tokens, and no logits. */
import { rowOf } from '../../trace/matrix.js'
import { namesOfTop, type RowPart } from '../../trace/token-rows.js'
import { Failed, type Examinee, type Looked } from './examinee.js'
import type { ProtocolCheck } from './protocol-check.js'

const topK = 5

/** By how much float32 may lift a probability above 1, and a log-probability above 0. */
const rounding = 1e-4

export const logprobChecks: readonly ProtocolCheck[] = [
  {
    name: 'logprobs',
    needs: ['logprobs'],
    without: ['logits'],
    async run(examinee) {
      const { generate } = examinee.subject
      const looked = await examinee.observe({ generate, logits: 'all', topK })
      examinee.subject.prompts.forEach((prompt, k) => {
        const isWhole = examinee.hello.gives.includes('prompt-logprobs')
        checkRows(examinee, looked, k, 'logits', isWhole ? prompt.length : 1)
        checkRows(examinee, looked, k, 'decode.logits', generate - 1)
        checkTokens(looked, k, generate)
      })
      return `falling log-probabilities of up to ${topK} tokens a row, the first of which is generated`
    },
  },
  {
    name: 'logprobs-last',
    needs: ['logprobs'],
    without: ['logits'],
    async run(examinee) {
      const looked = await examinee.observe({ logits: 'last', topK })
      examinee.subject.prompts.forEach((_, k) => {
        checkRows(examinee, looked, k, 'logits', 1)
      })
      return 'one row a prompt'
    },
  },
]

function checkRows(examinee: Examinee, { tensors }: Looked, prompt: number, part: RowPart, rows: number): void {
  const names = namesOfTop(prompt, part)
  const [ids, values] = [tensors.get(names.ids), tensors.get(names.values)]
  if (ids === undefined || values === undefined)
    throw new Failed(`there is no tensor ${ids === undefined ? names.ids : names.values}`)
  if (ids.rows !== rows || ids.columns > topK)
    throw new Failed(`${names.ids} is [${ids.rows}, ${ids.columns}], not [${rows}, up to ${topK}]`)
  for (let row = 0; row < rows; row++) {
    const problem = describeRow([...rowOf(ids, row)], [...rowOf(values, row)], examinee.subject.vocabulary)
    if (problem !== null) throw new Failed(`row ${row} of ${names.values} ${problem}`)
  }
}

/** What is wrong with a row; null of a sound one. */
function describeRow(ids: readonly number[], values: readonly number[], vocabulary: number): string | null {
  const end = ids.indexOf(-1)
  const count = end === -1 ? ids.length : end
  if (ids.some((id, rank) => (id === -1) !== Number.isNaN(values[rank]) || (id === -1) !== rank >= count))
    return 'is not filled up at its end, with token −1 and NaN'
  const tokens = ids.slice(0, count)
  const strange = tokens.find((id) => id < 0 || id >= vocabulary)
  if (strange !== undefined) return `names token ${strange}, which is outside the vocabulary of ${vocabulary}`
  if (new Set(tokens).size < count) return 'names a token twice'
  const logprobs = values.slice(0, count)
  if (logprobs.some((value, rank) => value > (logprobs[rank - 1] ?? Infinity))) return 'does not fall'
  const total = logprobs.reduce((sum, value) => sum + Math.exp(value), 0)
  return total <= 1 + rounding ? null : `is not normalised: its probabilities add up to ${total.toPrecision(3)}`
}

/** Each generated token is the most likely one of its row. */
function checkTokens({ generated, tensors }: Looked, prompt: number, generate: number): void {
  const tokens = generated[prompt] ?? []
  if (tokens.length !== generate)
    throw new Failed(`${tokens.length} tokens instead of ${generate} for prompt ${prompt}`)
  tokens.forEach((token, step) => {
    const names = namesOfTop(prompt, step === 0 ? 'logits' : 'decode.logits')
    const [ids, values] = [tensors.get(names.ids), tensors.get(names.values)]
    if (ids === undefined || values === undefined) return
    const row = step === 0 ? ids.rows - 1 : step - 1
    const [best, value] = [rowOf(ids, row), rowOf(values, row)]
    // At a tie either is the most likely.
    const rank = best.indexOf(token)
    if (rank === -1 || value[rank] !== value[0])
      throw new Failed(`step ${step} of prompt ${prompt} gives token ${token}, but its most likely one is ${best[0]}`)
  })
}
