/** Checks of what a worker observes: names, shapes and numbers that contradict each other whatever the model. */
import { argmax, logSumExp, topIndices } from '../../trace/logits.js'
import { rowOf } from '../../trace/matrix.js'
import type { Matrix } from '../../types.js'
import { Failed, Refused, type Examinee, type Looked } from './examinee.js'
import { eachPrompt, matrixOf } from './looked.js'
import type { ProtocolCheck } from './protocol-check.js'

const topK = 5

export const lookChecks: readonly ProtocolCheck[] = [
  {
    name: 'tensor-file',
    async run(examinee) {
      const { tensors } = await examinee.ownGeneration()
      return `the file holds the ${tensors.size} tensors that the answer names`
    },
  },
  {
    name: 'logits-last',
    needs: ['logits'],
    async run(examinee) {
      const looked = await examinee.observe({ logits: 'last' })
      eachPrompt(examinee, (k) => logitsOf(examinee, looked, `${k}.logits`, 1))
      return `one row of ${examinee.subject.vocabulary} a prompt`
    },
  },
  {
    name: 'logits-all',
    needs: ['logits'],
    async run(examinee) {
      const all = await examinee.observe({ logits: 'all' })
      const last = await examinee.observe({ logits: 'last' })
      const difference = eachPrompt(examinee, (k, prompt) => {
        const rows = logitsOf(examinee, all, `${k}.logits`, prompt.length)
        const row = logitsOf(examinee, last, `${k}.logits`, 1)
        return measureDifference(slice(rows, prompt.length - 1), row)
      })
      return `a row a position; ${judge(examinee, difference, 'the last one', '"logits":"last"')}`
    },
  },
  {
    name: 'generate',
    needs: ['logits'],
    async run(examinee) {
      const { generate } = examinee.subject
      const looked = await examinee.ownGeneration()
      eachPrompt(examinee, (k, prompt) => {
        const tokens = looked.generated[k] ?? []
        if (tokens.length !== generate)
          throw new Failed(`${tokens.length} tokens instead of ${generate} for prompt ${k}`)
        const first = logitsOf(examinee, looked, `${k}.logits`, prompt.length)
        const rest = logitsOf(examinee, looked, `${k}.decode.logits`, generate - 1)
        tokens.forEach((token, step) => {
          const row = step === 0 ? rowOf(first, first.rows - 1) : rowOf(rest, step - 1)
          const best = argmax(row)
          // At a tie either is the largest.
          if (token >= row.length || row[token] !== row[best])
            throw new Failed(`step ${step} of prompt ${k} gives token ${token}, but its largest logit is ${best}'s`)
        })
      })
      return `exactly ${generate} tokens a prompt, each of the largest logit`
    },
  },
  {
    name: 'continuation',
    needs: ['logits', 'forced'],
    async run(examinee) {
      const own = await examinee.ownGeneration()
      const forced = await examinee.observe({ continuation: continuationOf(own), logits: 'all' })
      return judge(examinee, compareAll(examinee, own, forced), 'the forced tokens', 'its own generation')
    },
  },
  {
    name: 'uncached',
    needs: ['logits', 'forced'],
    async run(examinee) {
      const own = await examinee.ownGeneration()
      const pass = await examinee.observe({ continuation: continuationOf(own), logits: 'all', cache: false })
      return judge(examinee, compareAll(examinee, own, pass), 'one uncached pass', 'the cached one')
    },
  },
  {
    name: 'chunk',
    needs: ['logits', 'chunks'],
    async run(examinee) {
      const own = await examinee.ownGeneration()
      const { generate } = examinee.subject
      const pieces = await examinee.observe({ generate, logits: 'all', chunk: 2 })
      return judge(examinee, compareAll(examinee, own, pieces), 'a prefill in pieces of 2', 'one in a single piece')
    },
  },
  {
    name: 'top-k',
    needs: ['logits'],
    async run(examinee) {
      const { vocabulary, generate } = examinee.subject
      const own = await examinee.ownGeneration()
      const top = await examinee.observe({ generate, logits: 'all', topK }).catch(unlessUnsupported)
      if (top === null) return null
      eachPrompt(examinee, (k, prompt) => {
        for (const [prefix, rows] of [
          [`${k}.`, prompt.length],
          [`${k}.decode.`, generate - 1],
        ] as const) {
          const logits = logitsOf(examinee, own, `${prefix}logits`, rows)
          const ids = matrixOf(top, `${prefix}top-k.ids`, rows, topK)
          const values = matrixOf(top, `${prefix}top-k.values`, rows, topK)
          const sums = matrixOf(top, `${prefix}logsumexp`, rows, 1)
          for (let row = 0; row < rows; row++) {
            const full = rowOf(logits, row)
            const best = topIndices(full, topK)
            const [given, value, sum] = [rowOf(ids, row), rowOf(values, row), rowOf(sums, row)[0]]
            const scale = toleranceOf(examinee) * largest(logits)
            best.forEach((id, rank) => {
              // Two logits within float error of each other may change places between two observations.
              const isIt = given[rank] === id || Math.abs(full[given[rank]] - full[id]) <= scale
              if (!isIt || !(Math.abs(value[rank] - full[id]) <= scale))
                throw new Failed(`${prefix}top-k of row ${row} has token ${given[rank]} at rank ${rank}, not ${id}`)
            })
            if (!(Math.abs(sum - logSumExp(full)) <= scale))
              throw new Failed(`${prefix}logsumexp of row ${row} is ${sum}, not ${logSumExp(full)}`)
          }
        }
      })
      return `ids, values and logsumexp are those of all ${vocabulary} logits`
    },
    notOffered: 'it does not support it, and always gives whole rows',
  },
  {
    name: 'layers',
    needs: ['layers'],
    async run(examinee) {
      const { hidden, layers } = examinee.subject
      const all = await examinee.observe({ layers: 'all' })
      const some = await examinee.observe({ layers: [layers - 1] })
      eachPrompt(examinee, (k, prompt) => {
        for (let layer = 0; layer < layers; layer++) matrixOf(all, `${k}.layers.${layer}`, prompt.length, hidden)
        matrixOf(some, `${k}.layers.${layers - 1}`, prompt.length, hidden)
        if (layers > 1 && some.tensors.has(`${k}.layers.0`))
          throw new Failed(`layer 0 is given where only layer ${layers - 1} was asked for`)
      })
      return `hidden states behind ${layers} layers, all and single ones`
    },
  },
]

/** A worker may do without, if it says so. */
function unlessUnsupported(error: unknown): null {
  if (error instanceof Refused && error.code === 'unsupported') return null
  throw error
}

/** All but the last token, which nothing follows. */
const continuationOf = ({ generated }: Looked) => generated.map((tokens) => tokens.slice(0, -1))

/** The largest difference of two observations of the same positions, relative to the largest logit. */
const compareAll = (examinee: Examinee, left: Looked, right: Looked): number =>
  eachPrompt(examinee, (k, prompt) => {
    const of = (looked: Looked, name: string, rows: number) => logitsOf(examinee, looked, `${k}.${name}`, rows)
    return Math.max(
      measureDifference(of(left, 'logits', prompt.length), of(right, 'logits', prompt.length)),
      measureDifference(
        of(left, 'decode.logits', examinee.subject.generate - 1),
        of(right, 'decode.logits', examinee.subject.generate - 1),
      ),
    )
  })

const logitsOf = (examinee: Examinee, looked: Looked, name: string, rows: number): Matrix =>
  matrixOf(looked, name, rows, examinee.subject.vocabulary)

const slice = (matrix: Matrix, row: number): Matrix => ({
  rows: 1,
  columns: matrix.columns,
  data: rowOf(matrix, row),
})

function largest({ data }: Matrix): number {
  let most = 0
  for (const value of data) most = Math.max(most, Math.abs(value))
  return most
}

/** The largest difference, relative to the largest value of `left`. A NaN on either side counts as infinite. */
function measureDifference(left: Matrix, right: Matrix): number {
  let most = 0
  for (let i = 0; i < left.data.length; i++) {
    const difference = Math.abs(left.data[i] - right.data[i])
    most = Math.max(most, Number.isNaN(difference) ? Infinity : difference)
  }
  return most / (largest(left) || 1)
}

/** What two ways to the same logits may differ by, relative to the largest: some hundred roundings of the dtype. */
const tolerances: Readonly<Record<string, number>> = { float64: 1e-9, float32: 1e-4, float16: 2e-2 }
const toleranceOf = (examinee: Examinee): number => tolerances[examinee.dtype] ?? 0.1

function judge(examinee: Examinee, difference: number, one: string, other: string): string {
  const text = `${one} and ${other} ${difference === 0 ? 'are equal' : `differ by ${Number(difference.toPrecision(1))} of the largest logit`}`
  if (difference <= toleranceOf(examinee)) return text
  throw new Failed(`${text}, more than float error`)
}
