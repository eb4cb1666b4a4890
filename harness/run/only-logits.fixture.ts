/** The built-in engine with a defect, as one that shows nothing but logits, or less. */
import type { RowForm } from '../compare/row-form.js'
import { viewTruth } from '../compare/view-truth.js'
import type { Plant } from '../defect.js'
import { makeSources, type Sources } from '../sources/index.js'
import { onnxruntime } from '../sources/onnxruntime/index.js'
import type { Source } from '../sources/source.js'
import { topIndices } from '../trace/logits.js'
import { rowOf } from '../trace/matrix.js'
import type { Capability, Matrix, Session, Trace } from '../types.js'

/** `blind` gives logits, `dim` the log-probabilities of its 20 likeliest tokens, and of a prompt only the last row. */
export function blindSources(plant: Plant | null): Sources {
  const blind = wrap('blind', plant, ['logits', 'forced'], (trace) => trace)
  const dim = wrap('dim', plant, ['logprobs', 'forced'], keepLikeliest)
  const sources = makeSources()
  const find: Sources['find'] = (id) => (id.name === 'blind' ? blind : id.name === 'dim' ? dim : sources.find(id))
  return { all: [...sources.all, blind, dim], find }
}

function wrap(name: string, plant: Plant | null, gives: readonly Capability[], see: (trace: Trace) => Trace): Source {
  return {
    ...onnxruntime,
    name,
    async open(request, signal): Promise<Session> {
      const options = plant === null ? {} : { defect: plant }
      const session = await onnxruntime.open(
        { ...request, id: { name: 'onnxruntime', device: 'cpu' }, options },
        signal,
      )
      return {
        source: { ...session.source, name, gives },
        observe: async (asked, abort, progress) =>
          see(await session.observe({ ...asked, topK: null }, abort, progress)),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      }
    },
  }
}

export const dimForm: RowForm = { unit: 'log-probabilities', isPromptWhole: false }

/** What a server behind OpenAI's interface would give of these logits. */
export function keepLikeliest(trace: Trace): Trace {
  const seen = viewTruth(trace, dimForm)
  return {
    ...trace,
    tensor(name) {
      const [, rows, what] = /^(\d+\.(?:decode\.)?)top-k\.(ids|values)$/.exec(name) ?? []
      const whole = rows === undefined ? undefined : seen.tensor(`${rows}logits`)
      return whole === undefined ? undefined : topOf(whole, what === 'ids')
    },
  }
}

function topOf(matrix: Matrix, isIds: boolean): Matrix {
  const data = Array.from({ length: matrix.rows }, (_, row) => {
    const values = rowOf(matrix, row)
    return topIndices(values, 20).map((token) => (isIds ? token : values[token]))
  })
  return { rows: matrix.rows, columns: 20, data: Float64Array.from(data.flat()) }
}

/** A trace that errs besides by what rounding would: noise of the size of the spread, the same for the same numbers. */
export function withNoise(trace: Trace, rms: number, random: () => number): Trace {
  const noisy = new Map<string, Matrix | undefined>()
  return {
    ...trace,
    tensor(name) {
      if (!noisy.has(name)) {
        const matrix = trace.tensor(name)
        const data = matrix && Float64Array.from(matrix.data, (value) => value + rms * Math.sqrt(12) * (random() - 0.5))
        noisy.set(name, matrix && data && { ...matrix, data })
      }
      return noisy.get(name)
    },
  }
}
